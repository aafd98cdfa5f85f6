//! Calls that fail, each for one reason.

use serde_json::{Value, json};

use super::{Walk, of, right::Theme};
use crate::{calls::model::ROLES, dice::Dice};

/// What is no ARN, token, name or JSON.
const NO_ARN: &str = "not-an-arn";
const NO_TOKEN: &str = "not-a-token";
const NO_JSON: &str = "{\"a\":";
/// One more than a page may hold.
const TOO_MANY: u32 = 1_001;

impl Walk {
    /// Adds a call that fails, if one of the kind that is drawn is possible.
    pub(super) fn wrong(&mut self, dice: &mut Dice) {
        let is_about_tasks = self.theme == Theme::Tasks && dice.one_in(2);
        let wrong = match dice.below(8) {
            _ if is_about_tasks => self.token_over(dice),
            0 => self.missing(dice),
            1 => self.deleted(dice),
            2 => Some(no_arn(dice)),
            3 => self.invalid(dice),
            4 => self.in_the_way(dice),
            5 => self.bad_page(dice),
            6 => self.token_over(dice),
            _ => self.bad_alias(dice),
        };
        if let Some((operation, parameters)) = wrong {
            self.call(operation, parameters);
        }
    }

    /// What never existed.
    fn missing(&self, dice: &mut Dice) -> Option<(&'static str, Value)> {
        let model = &self.model;
        let numbers = model.machines();
        let machine = (!numbers.is_empty()).then(|| model.machines[dice.pick(&numbers)].arn());
        let numbers = model.activities();
        let activity = (!numbers.is_empty()).then(|| model.activities[dice.pick(&numbers)].arn());
        let numbers = model.executions(|it| it.parameters.get("name").is_some());
        let execution = (!numbers.is_empty()).then(|| model.executions[dice.pick(&numbers)].arn());
        let machine = machine.map(|arn| arn + "-missing");
        let activity = activity.map(|arn| arn + "-missing");
        let execution = execution.map(|arn| arn + "-missing");
        Some(match dice.below(11) {
            0 => ("DescribeStateMachine", json!({"stateMachineArn": machine?})),
            1 => ("StartExecution", json!({"stateMachineArn": machine?})),
            2 => (
                "UpdateStateMachine",
                json!({"stateMachineArn": machine?, "roleArn": ROLES[1]}),
            ),
            3 => ("ListExecutions", json!({"stateMachineArn": machine?})),
            4 => (
                "PublishStateMachineVersion",
                json!({"stateMachineArn": machine?}),
            ),
            5 => ("DescribeExecution", json!({"executionArn": execution?})),
            6 => ("StopExecution", json!({"executionArn": execution?})),
            7 => ("GetExecutionHistory", json!({"executionArn": execution?})),
            8 => ("DescribeActivity", json!({"activityArn": activity?})),
            9 => ("ListTagsForResource", json!({"resourceArn": machine?})),
            // Deleting it succeeds.
            _ => ("DeleteStateMachine", json!({"stateMachineArn": machine?})),
        })
    }

    /// What existed.
    fn deleted(&self, dice: &mut Dice) -> Option<(&'static str, Value)> {
        let model = &self.model;
        let gone: Vec<&_> = model.machines.iter().filter(|it| it.is_deleted).collect();
        if let Some(machine) = gone.first() {
            let parameters = json!({"stateMachineArn": machine.arn()});
            let operation = dice.pick(&[
                "DescribeStateMachine",
                "StartExecution",
                "ListExecutions",
                "DeleteStateMachine",
            ]);
            return Some((operation, parameters));
        }
        let mut versions = model.machines.iter().flat_map(|it| &it.versions);
        if let Some(version) = versions.find(|it| it.is_deleted) {
            let parameters = json!({"stateMachineArn": version.arn()});
            let operation = dice.pick(&["DescribeStateMachine", "StartExecution"]);
            return Some((operation, parameters));
        }
        let mut aliases = model.machines.iter().flat_map(|it| &it.aliases);
        if let Some(alias) = aliases.find(|it| it.is_deleted) {
            let parameters = json!({"stateMachineAliasArn": alias.arn()});
            return Some(("DescribeStateMachineAlias", parameters));
        }
        let mut activities = model.activities.iter();
        let activity = activities.find(|it| it.is_deleted)?;
        Some(("DescribeActivity", json!({"activityArn": activity.arn()})))
    }

    /// A name, a text or a structure that may not be.
    fn invalid(&mut self, dice: &mut Dice) -> Option<(&'static str, Value)> {
        let number = self.model.next();
        let (_, definition) = self.definition(dice);
        let machines = self.model.machines();
        let machine = (!machines.is_empty()).then(|| {
            let machine = &self.model.machines[dice.pick(&machines)];
            machine.arn()
        });
        let name = format!("m{number}");
        Some(match dice.below(8) {
            0 => (
                "CreateStateMachine",
                json!({"name": format!("m*{number}"), "roleArn": ROLES[0], "definition": definition}),
            ),
            1 => (
                "CreateStateMachine",
                json!({"name": name, "roleArn": ROLES[0], "definition": NO_JSON}),
            ),
            2 => (
                "CreateStateMachine",
                json!({"name": name, "roleArn": ROLES[0], "definition": {"StartAt": "B", "States": {
                    "A": {"Type": "Succeed"},
                }}}),
            ),
            3 => (
                "StartExecution",
                json!({"stateMachineArn": machine?, "input": NO_JSON}),
            ),
            4 => ("UpdateStateMachine", json!({"stateMachineArn": machine?})),
            5 => ("CreateActivity", json!({"name": format!("a*{number}")})),
            6 => ("DescribeExecution", json!({})),
            _ => (
                "SendTaskSuccess",
                json!({"taskToken": NO_TOKEN, "output": {}}),
            ),
        })
    }

    /// Something of the same name is there, and says something else.
    fn in_the_way(&mut self, dice: &mut Dice) -> Option<(&'static str, Value)> {
        let machines = self.model.machines();
        if dice.one_in(2) {
            if machines.is_empty() {
                return None;
            }
            let (_, definition) = self.definition(dice);
            let mut parameters = self.model.machines[dice.pick(&machines)].parameters.clone();
            parameters["definition"] = definition;
            return Some(("CreateStateMachine", parameters));
        }
        let named = self
            .model
            .executions(|it| it.parameters.get("name").is_some());
        if named.is_empty() {
            return None;
        }
        let execution = &self.model.executions[dice.pick(&named)];
        let mut parameters = execution.parameters.clone();
        if execution.is_running || dice.one_in(2) {
            parameters["input"] = json!({"other": true});
        }
        Some(("StartExecution", parameters))
    }

    fn bad_page(&self, dice: &mut Dice) -> Option<(&'static str, Value)> {
        let machines = self.model.machines();
        let machine = (!machines.is_empty()).then(|| {
            let machine = &self.model.machines[dice.pick(&machines)];
            machine.arn()
        });
        Some(match dice.below(4) {
            0 => (
                "ListExecutions",
                json!({"stateMachineArn": machine?, "nextToken": NO_TOKEN}),
            ),
            1 => (
                "ListExecutions",
                json!({"stateMachineArn": machine?, "maxResults": TOO_MANY}),
            ),
            2 => ("ListStateMachines", json!({"maxResults": TOO_MANY})),
            _ => (
                "ListExecutions",
                json!({"stateMachineArn": machine?, "statusFilter": "ENDED"}),
            ),
        })
    }

    /// Reports about a task that is over.
    fn token_over(&self, dice: &mut Dice) -> Option<(&'static str, Value)> {
        let over = self
            .model
            .executions(|it| !it.is_running && it.taken.is_some());
        if over.is_empty() {
            return None;
        }
        let call = self.model.executions[dice.pick(&over)].taken?;
        let token = of(call, "taskToken");
        Some(match dice.below(3) {
            0 => ("SendTaskHeartbeat", json!({"taskToken": token})),
            1 => ("SendTaskFailure", json!({"taskToken": token})),
            _ => ("SendTaskSuccess", json!({"taskToken": token, "output": {}})),
        })
    }

    /// An alias that cannot be, and what an alias is in the way of.
    fn bad_alias(&self, dice: &mut Dice) -> Option<(&'static str, Value)> {
        let model = &self.model;
        let versions = model.versions();
        if versions.is_empty() {
            return None;
        }
        let (machine, version) = dice.pick(&versions);
        let arn = model.machines[machine].versions[version].arn();
        let alias = |routes: Value| {
            let parameters = json!({"name": "x", "routingConfiguration": routes});
            Some(("CreateStateMachineAlias", parameters))
        };
        match dice.below(4) {
            0 => alias(json!([{"stateMachineVersionArn": arn, "weight": 50}])),
            1 => alias(json!([{"stateMachineVersionArn": format!("{arn}7"), "weight": 100}])),
            2 => {
                let aliases = model.aliases();
                if aliases.is_empty() {
                    return None;
                }
                let (machine, alias) = dice.pick(&aliases);
                let machine = &model.machines[machine];
                let (version, _) = machine.aliases[alias].routes[0];
                let arn = machine.versions[version].arn();
                let parameters = json!({"stateMachineVersionArn": arn});
                Some(("DeleteStateMachineVersion", parameters))
            }
            _ => {
                let arn = model.machines[machine].arn();
                let parameters = json!({"stateMachineArn": arn, "revisionId": "other"});
                Some(("PublishStateMachineVersion", parameters))
            }
        }
    }
}

/// What is no ARN in the place of one.
fn no_arn(dice: &mut Dice) -> (&'static str, Value) {
    match dice.below(6) {
        0 => ("DescribeStateMachine", json!({"stateMachineArn": NO_ARN})),
        1 => ("StartExecution", json!({"stateMachineArn": NO_ARN})),
        2 => ("DescribeExecution", json!({"executionArn": NO_ARN})),
        3 => ("GetExecutionHistory", json!({"executionArn": NO_ARN})),
        4 => ("DeleteStateMachine", json!({"stateMachineArn": NO_ARN})),
        _ => ("DescribeActivity", json!({"activityArn": NO_ARN})),
    }
}
