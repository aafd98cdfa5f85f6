//! Calls that succeed.

use serde_json::{Value, json};

use super::{
    Walk,
    model::{Activity, Alias, Execution, Kind, Machine, ROLES, Version},
};
use crate::dice::Dice;

/// What calls are about. Those of a case's theme come more often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Theme {
    Machines,
    Versions,
    Executions,
    Tasks,
    /// Executions that start others; never drawn beside the other themes.
    Nested,
}

impl Theme {
    pub const ALL: [Self; 4] = [
        Self::Machines,
        Self::Versions,
        Self::Executions,
        Self::Tasks,
    ];
}

/// How much more often those of the theme come.
const MORE: u32 = 4;

/// What may come next, and how often.
type Step = fn(&mut Walk, &mut Dice) -> Option<()>;

const STEPS: &[(u32, Theme, Step)] = &[
    (7, Theme::Machines, Walk::create_machine),
    (1, Theme::Machines, Walk::create_machine_again),
    (5, Theme::Versions, Walk::update_machine),
    (5, Theme::Machines, Walk::describe_machine),
    (2, Theme::Machines, Walk::delete_machine),
    (2, Theme::Machines, Walk::list_machines),
    (4, Theme::Versions, Walk::publish),
    (2, Theme::Versions, Walk::list_versions),
    (2, Theme::Versions, Walk::delete_version),
    (4, Theme::Versions, Walk::create_alias),
    (2, Theme::Versions, Walk::update_alias),
    (2, Theme::Versions, Walk::describe_alias),
    (1, Theme::Versions, Walk::delete_alias),
    (1, Theme::Versions, Walk::list_aliases),
    (10, Theme::Executions, Walk::start),
    (2, Theme::Executions, Walk::start_again),
    (5, Theme::Executions, Walk::describe_execution),
    (3, Theme::Executions, Walk::history),
    (3, Theme::Executions, Walk::machine_of_execution),
    (4, Theme::Executions, Walk::stop),
    (2, Theme::Executions, Walk::redrive),
    (4, Theme::Executions, Walk::list_executions),
    (3, Theme::Tasks, Walk::create_activity),
    (1, Theme::Tasks, Walk::describe_activity),
    (1, Theme::Tasks, Walk::delete_activity),
    (1, Theme::Tasks, Walk::list_activities),
    (6, Theme::Tasks, Walk::poll),
    (6, Theme::Tasks, Walk::report),
    (3, Theme::Machines, Walk::tag),
    (1, Theme::Machines, Walk::untag),
    (2, Theme::Machines, Walk::list_tags),
    (1, Theme::Machines, Walk::validate),
];

/// What may come next where executions start others. No machine is updated or deleted while executions of others may
/// start it.
const NESTED: &[(u32, Step)] = &[
    (5, Walk::create_machine),
    (10, Walk::start),
    (8, Walk::describe_execution),
    (4, Walk::stop),
    (4, Walk::list_executions),
    (5, Walk::poll),
    (5, Walk::report),
];

/// The keys of tags.
const KEYS: [&str; 2] = ["k", "l"];

/// One of these, if there are any.
fn any<T: Copy>(all: &[T], dice: &mut Dice) -> Option<T> {
    (!all.is_empty()).then(|| dice.pick(all))
}

impl Walk {
    /// Adds a call that succeeds, if one of the kind that is drawn is possible.
    pub(super) fn right(&mut self, dice: &mut Dice) {
        let theme = self.theme;
        if theme == Theme::Nested {
            if let Some(step) = dice.weighted(NESTED.iter().map(|(weight, _)| *weight)) {
                NESTED[step].1(self, dice);
            }
            return;
        }
        let weights = STEPS.iter().map(|(weight, its, _)| {
            // Without executions there are no tasks.
            let is_start = (*weight, *its) == (10, Theme::Executions);
            let is_more = *its == theme || theme == Theme::Tasks && is_start;
            weight * if is_more { MORE } else { 1 }
        });
        if let Some(step) = dice.weighted(weights) {
            STEPS[step].2(self, dice);
        }
    }

    /// Creates what later calls are about.
    pub(super) fn begin(&mut self, dice: &mut Dice) {
        if matches!(self.theme, Theme::Tasks | Theme::Nested) {
            self.create_activity(dice);
        }
        self.create_machine(dice);
        if self.theme == Theme::Nested {
            self.create_machine(dice);
        }
    }

    /// A machine of the theme.
    pub(super) fn definition(&mut self, dice: &mut Dice) -> (Kind, Value) {
        if self.theme == Theme::Nested && !self.model.machines.is_empty() && dice.chance(2, 3) {
            return self.model.nesting(dice);
        }
        self.model.definition(self.theme == Theme::Tasks, dice)
    }

    fn create_machine(&mut self, dice: &mut Dice) -> Option<()> {
        if self.model.machines().len() >= 3 {
            return None;
        }
        let (kind, definition) = self.definition(dice);
        let name = format!("m{}", self.model.next());
        let mut parameters = json!({"name": name, "roleArn": ROLES[0], "definition": definition});
        let is_published = dice.one_in(4);
        if is_published {
            parameters["publish"] = true.into();
        }
        if dice.one_in(6) {
            parameters["tags"] = json!([{"key": dice.pick(&KEYS), "value": "v"}]);
        }
        let call = self.call("CreateStateMachine", parameters.clone())?;
        let mut machine = Machine {
            call,
            parameters,
            kind,
            is_updated: false,
            published: None,
            versions: Vec::new(),
            aliases: Vec::new(),
            is_deleted: false,
        };
        if is_published {
            machine.publish(call);
        }
        self.model.machines.push(machine);
        Some(())
    }

    fn create_machine_again(&mut self, dice: &mut Dice) -> Option<()> {
        let mut machines = self.model.machines();
        machines.retain(|machine| !self.model.machines[*machine].is_updated);
        let machine = any(&machines, dice)?;
        let parameters = self.model.machines[machine].parameters.clone();
        self.call("CreateStateMachine", parameters).map(drop)
    }

    fn update_machine(&mut self, dice: &mut Dice) -> Option<()> {
        let machine = any(&self.model.machines(), dice)?;
        let mut parameters = json!({"stateMachineArn": self.model.machines[machine].arn()});
        let mut kind = self.model.machines[machine].kind;
        if dice.chance(3, 4) {
            let (new, definition) = self.definition(dice);
            kind = new;
            parameters["definition"] = definition;
        } else {
            // The role is another one only if it was not changed before.
            if self.model.machines[machine].is_updated {
                return None;
            }
            parameters["roleArn"] = ROLES[1].into();
        }
        let is_published = dice.one_in(3);
        if is_published {
            parameters["publish"] = true.into();
        }
        let call = self.call("UpdateStateMachine", parameters)?;
        let machine = &mut self.model.machines[machine];
        machine.kind = kind;
        machine.is_updated = true;
        machine.published = None;
        if is_published {
            machine.publish(call);
        }
        Some(())
    }

    fn describe_machine(&mut self, dice: &mut Dice) -> Option<()> {
        let versions = self.model.versions();
        let arn = match any(&versions, dice).filter(|_| dice.one_in(2)) {
            Some((machine, version)) => self.model.machines[machine].versions[version].arn(),
            None => {
                let machine = any(&self.model.machines(), dice)?;
                self.model.machines[machine].arn()
            }
        };
        self.call("DescribeStateMachine", json!({"stateMachineArn": arn}))
            .map(drop)
    }

    fn delete_machine(&mut self, dice: &mut Dice) -> Option<()> {
        // A machine whose executions run takes its time.
        let mut machines = self.model.machines();
        machines.retain(|machine| !self.model.is_running(*machine));
        let machine = any(&machines, dice)?;
        let arn = self.model.machines[machine].arn();
        let call = self.call("DeleteStateMachine", json!({"stateMachineArn": arn}));
        self.model.machines[machine].is_deleted |= call.is_some();
        call.map(drop)
    }

    fn list_machines(&mut self, dice: &mut Dice) -> Option<()> {
        any(&self.model.machines(), dice)?;
        self.whole("ListStateMachines", json!({}), dice);
        Some(())
    }

    fn publish(&mut self, dice: &mut Dice) -> Option<()> {
        let machine = any(&self.model.machines(), dice)?;
        let mut parameters = json!({"stateMachineArn": self.model.machines[machine].arn()});
        if dice.one_in(4) && self.model.machines[machine].published.is_none() {
            parameters["description"] = "d".into();
        }
        let call = self.call("PublishStateMachineVersion", parameters)?;
        self.model.machines[machine].publish(call);
        Some(())
    }

    fn list_versions(&mut self, dice: &mut Dice) -> Option<()> {
        let machine = any(&self.model.machines(), dice)?;
        let arn = self.model.machines[machine].arn();
        self.whole(
            "ListStateMachineVersions",
            json!({"stateMachineArn": arn}),
            dice,
        );
        Some(())
    }

    fn delete_version(&mut self, dice: &mut Dice) -> Option<()> {
        let mut versions = self.model.versions();
        versions.retain(|(machine, version)| !self.model.machines[*machine].is_routed(*version));
        let (machine, version) = any(&versions, dice)?;
        let arn = self.model.machines[machine].versions[version].arn();
        self.call(
            "DeleteStateMachineVersion",
            json!({"stateMachineVersionArn": arn}),
        )?;
        let machine = &mut self.model.machines[machine];
        machine.versions[version].is_deleted = true;
        if machine.published == Some(version) {
            machine.published = None;
        }
        Some(())
    }

    /// One route, or two. A start by the alias is drawn only if it leads to one version for sure.
    fn routes(&self, machine: usize, dice: &mut Dice) -> Option<(Value, Vec<(usize, u64)>)> {
        let versions = self.model.versions();
        let mut its: Vec<usize> = versions
            .into_iter()
            .filter_map(|(of, version)| (of == machine).then_some(version))
            .collect();
        let first = any(&its, dice)?;
        its.retain(|version| *version != first);
        let mut routes = vec![(first, 100)];
        if let Some(second) = any(&its, dice).filter(|_| dice.one_in(3)) {
            let weight = dice.pick(&[100, 50, 10]);
            routes = vec![(first, weight), (second, 100 - weight)];
        }
        let shown = routes.iter().map(|(version, weight)| {
            let arn = self.model.machines[machine].versions[*version].arn();
            json!({"stateMachineVersionArn": arn, "weight": weight})
        });
        Some((shown.collect(), routes))
    }

    fn create_alias(&mut self, dice: &mut Dice) -> Option<()> {
        let (machine, _) = any(&self.model.versions(), dice)?;
        let (shown, routes) = self.routes(machine, dice)?;
        let name = format!("a{}", self.model.next());
        let mut parameters = json!({"name": name, "routingConfiguration": shown});
        if dice.one_in(4) {
            parameters["description"] = "d".into();
        }
        let call = self.call("CreateStateMachineAlias", parameters)?;
        self.model.machines[machine].aliases.push(Alias {
            call,
            routes,
            is_deleted: false,
        });
        Some(())
    }

    fn update_alias(&mut self, dice: &mut Dice) -> Option<()> {
        let (machine, alias) = any(&self.model.aliases(), dice)?;
        let (shown, routes) = self.routes(machine, dice)?;
        let arn = self.model.machines[machine].aliases[alias].arn();
        let parameters = json!({"stateMachineAliasArn": arn, "routingConfiguration": shown});
        self.call("UpdateStateMachineAlias", parameters)?;
        self.model.machines[machine].aliases[alias].routes = routes;
        Some(())
    }

    fn describe_alias(&mut self, dice: &mut Dice) -> Option<()> {
        let (machine, alias) = any(&self.model.aliases(), dice)?;
        let arn = self.model.machines[machine].aliases[alias].arn();
        let parameters = json!({"stateMachineAliasArn": arn});
        self.call("DescribeStateMachineAlias", parameters).map(drop)
    }

    fn delete_alias(&mut self, dice: &mut Dice) -> Option<()> {
        let (machine, alias) = any(&self.model.aliases(), dice)?;
        let arn = self.model.machines[machine].aliases[alias].arn();
        let parameters = json!({"stateMachineAliasArn": arn});
        self.call("DeleteStateMachineAlias", parameters)?;
        self.model.machines[machine].aliases[alias].is_deleted = true;
        Some(())
    }

    fn list_aliases(&mut self, dice: &mut Dice) -> Option<()> {
        let machine = any(&self.model.machines(), dice)?;
        let arn = self.model.machines[machine].arn();
        self.whole(
            "ListStateMachineAliases",
            json!({"stateMachineArn": arn}),
            dice,
        );
        Some(())
    }

    fn start(&mut self, dice: &mut Dice) -> Option<()> {
        let (machine, arn, kind) = self.target(dice)?;
        let number = self.model.next();
        let mut parameters = json!({"stateMachineArn": arn, "input": {"n": number}});
        if dice.chance(3, 4) {
            parameters["name"] = format!("e{number}").into();
        }
        let call = self.call("StartExecution", parameters.clone())?;
        let kind = self.model.does(kind);
        self.model.executions.push(Execution {
            call,
            parameters,
            machine,
            kind,
            is_running: matches!(kind, Kind::Stays | Kind::Works(_)),
            taken: None,
        });
        Some(())
    }

    /// The ARN of a machine, a version, or an alias that leads to one version, and what that does.
    fn target(&self, dice: &mut Dice) -> Option<(usize, String, Kind)> {
        let model = &self.model;
        if dice.one_in(3)
            && let Some((machine, version)) = any(&model.versions(), dice)
        {
            let version = &model.machines[machine].versions[version];
            return Some((machine, version.arn(), version.kind));
        }
        if dice.one_in(2)
            && let Some((machine, alias)) = any(&model.aliases(), dice)
        {
            let alias = &model.machines[machine].aliases[alias];
            let sure = alias.routes.iter().find(|(_, weight)| *weight == 100)?;
            let version = &model.machines[machine].versions[sure.0];
            return Some((machine, alias.arn(), version.kind));
        }
        let machine = any(&model.machines(), dice)?;
        let its = &model.machines[machine];
        Some((machine, its.arn(), its.kind))
    }

    fn start_again(&mut self, dice: &mut Dice) -> Option<()> {
        let named = self
            .model
            .executions(|it| it.is_running && it.parameters.get("name").is_some());
        let execution = any(&named, dice)?;
        let parameters = self.model.executions[execution].parameters.clone();
        self.call("StartExecution", parameters).map(drop)
    }

    fn describe_execution(&mut self, dice: &mut Dice) -> Option<()> {
        let execution = any(&self.model.executions(|_| true), dice)?;
        let arn = self.model.executions[execution].arn();
        self.call("DescribeExecution", json!({"executionArn": arn}))
            .map(drop)
    }

    fn history(&mut self, dice: &mut Dice) -> Option<()> {
        let execution = any(&self.model.executions(|_| true), dice)?;
        let arn = self.model.executions[execution].arn();
        let mut parameters = json!({"executionArn": arn});
        if dice.one_in(3) {
            parameters["reverseOrder"] = true.into();
        }
        self.whole("GetExecutionHistory", parameters, dice);
        Some(())
    }

    fn machine_of_execution(&mut self, dice: &mut Dice) -> Option<()> {
        let execution = any(&self.model.executions(|_| true), dice)?;
        let arn = self.model.executions[execution].arn();
        let parameters = json!({"executionArn": arn});
        self.call("DescribeStateMachineForExecution", parameters)
            .map(drop)
    }

    fn stop(&mut self, dice: &mut Dice) -> Option<()> {
        let again = dice.one_in(3);
        let execution = any(&self.model.executions(|it| it.is_running != again), dice)?;
        let arn = self.model.executions[execution].arn();
        let mut parameters = json!({"executionArn": arn});
        if dice.one_in(2) {
            parameters["error"] = "Stopped".into();
            parameters["cause"] = "because".into();
        }
        self.call("StopExecution", parameters)?;
        self.model.executions[execution].is_running = false;
        Some(())
    }

    fn redrive(&mut self, dice: &mut Dice) -> Option<()> {
        let failed = self.model.executions(|it| it.kind == Kind::Fails);
        let execution = any(&failed, dice)?;
        let arn = self.model.executions[execution].arn();
        self.call("RedriveExecution", json!({"executionArn": arn}))
            .map(drop)
    }

    fn list_executions(&mut self, dice: &mut Dice) -> Option<()> {
        let machine = any(&self.model.machines(), dice)?;
        let mut parameters = json!({"stateMachineArn": self.model.machines[machine].arn()});
        if dice.one_in(3) {
            parameters["statusFilter"] = dice
                .pick(&["RUNNING", "SUCCEEDED", "FAILED", "ABORTED"])
                .into();
        }
        self.whole("ListExecutions", parameters, dice);
        Some(())
    }

    fn create_activity(&mut self, dice: &mut Dice) -> Option<()> {
        if let Some(activity) = any(&self.model.activities(), dice).filter(|_| dice.one_in(3)) {
            let name = self.model.activities[activity].name.clone();
            return self.call("CreateActivity", json!({"name": name})).map(drop);
        }
        let name = format!("t{}", self.model.next());
        let call = self.call("CreateActivity", json!({"name": name}))?;
        self.model.activities.push(Activity {
            call,
            name,
            is_deleted: false,
        });
        Some(())
    }

    fn describe_activity(&mut self, dice: &mut Dice) -> Option<()> {
        let activity = any(&self.model.activities(), dice)?;
        let arn = self.model.activities[activity].arn();
        self.call("DescribeActivity", json!({"activityArn": arn}))
            .map(drop)
    }

    fn delete_activity(&mut self, dice: &mut Dice) -> Option<()> {
        let mut unused = self.model.activities();
        unused.retain(|activity| !self.model.is_used(*activity));
        let activity = any(&unused, dice)?;
        let arn = self.model.activities[activity].arn();
        self.call("DeleteActivity", json!({"activityArn": arn}))?;
        self.model.activities[activity].is_deleted = true;
        Some(())
    }

    fn list_activities(&mut self, dice: &mut Dice) -> Option<()> {
        any(&self.model.activities(), dice)?;
        self.whole("ListActivities", json!({}), dice);
        Some(())
    }

    /// Takes a task that waits: a poll never waits in vain.
    fn poll(&mut self, dice: &mut Dice) -> Option<()> {
        let execution = any(&self.model.waiting(), dice)?;
        let Kind::Works(activity) = self.model.executions[execution].kind else {
            return None;
        };
        let arn = self.model.activities[activity].arn();
        let call = self.call("GetActivityTask", json!({"activityArn": arn}))?;
        self.model.executions[execution].taken = Some(call);
        Some(())
    }

    /// Reports about a task that was taken and is not over.
    fn report(&mut self, dice: &mut Dice) -> Option<()> {
        let open = self
            .model
            .executions(|it| it.is_running && it.taken.is_some());
        let execution = any(&open, dice)?;
        let token = super::of(self.model.executions[execution].taken?, "taskToken");
        match dice.below(4) {
            0 => {
                self.call("SendTaskHeartbeat", json!({"taskToken": token}))?;
                return Some(());
            }
            1 => {
                let parameters = json!({"taskToken": token, "error": "E", "cause": "c"});
                self.call("SendTaskFailure", parameters)?;
            }
            _ => {
                let parameters = json!({"taskToken": token, "output": {"done": true}});
                self.call("SendTaskSuccess", parameters)?;
            }
        }
        self.model.executions[execution].is_running = false;
        Some(())
    }

    /// A machine or an activity.
    fn resource(&self, dice: &mut Dice) -> Option<String> {
        let model = &self.model;
        match any(&model.activities(), dice).filter(|_| dice.one_in(3)) {
            Some(activity) => Some(model.activities[activity].arn()),
            None => any(&model.machines(), dice).map(|machine| model.machines[machine].arn()),
        }
    }

    fn tag(&mut self, dice: &mut Dice) -> Option<()> {
        let arn = self.resource(dice)?;
        let value = format!("v{}", self.model.next());
        let tags = json!([{"key": dice.pick(&KEYS), "value": value}]);
        let parameters = json!({"resourceArn": arn, "tags": tags});
        self.call("TagResource", parameters).map(drop)
    }

    fn untag(&mut self, dice: &mut Dice) -> Option<()> {
        let arn = self.resource(dice)?;
        let parameters = json!({"resourceArn": arn, "tagKeys": [dice.pick(&KEYS)]});
        self.call("UntagResource", parameters).map(drop)
    }

    fn list_tags(&mut self, dice: &mut Dice) -> Option<()> {
        let arn = self.resource(dice)?;
        self.call("ListTagsForResource", json!({"resourceArn": arn}))
            .map(drop)
    }

    fn validate(&mut self, dice: &mut Dice) -> Option<()> {
        let (_, definition) = self.definition(dice);
        let parameters = json!({"definition": definition});
        self.call("ValidateStateMachineDefinition", parameters)
            .map(drop)
    }
}

impl Machine {
    /// A call publishes what the machine is now.
    fn publish(&mut self, call: usize) {
        if self.published.is_none() {
            self.published = Some(self.versions.len());
            self.versions.push(Version {
                call,
                kind: self.kind,
                is_deleted: false,
            });
        }
    }
}
