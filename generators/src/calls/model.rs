//! What exists after the calls so far, as far as that decides which calls make sense.

use serde_json::{Value, json};

use super::of;
use crate::dice::Dice;

/// The role of machines, and another one.
pub(super) const ROLES: [&str; 2] = [
    "arn:aws:iam::123456789012:role/stepproof",
    "arn:aws:iam::123456789012:role/other",
];

/// What exists, and what did.
#[derive(Debug, Default)]
pub(super) struct Model {
    pub machines: Vec<Machine>,
    pub activities: Vec<Activity>,
    pub executions: Vec<Execution>,
    /// A counter for names and values.
    pub number: u64,
}

/// A machine.
#[derive(Debug)]
pub(super) struct Machine {
    /// The call that created it, and its parameters.
    pub call: usize,
    pub parameters: Value,
    pub kind: Kind,
    pub is_updated: bool,
    /// The version of what it is now, if that was published.
    pub published: Option<usize>,
    pub versions: Vec<Version>,
    pub aliases: Vec<Alias>,
    pub is_deleted: bool,
}

/// A version of a machine.
#[derive(Debug)]
pub(super) struct Version {
    /// The call that published it.
    pub call: usize,
    pub kind: Kind,
    pub is_deleted: bool,
}

/// An alias of a machine.
#[derive(Debug)]
pub(super) struct Alias {
    /// The call that created it.
    pub call: usize,
    /// The numbers of its versions among those of the machine, with their weights.
    pub routes: Vec<(usize, u64)>,
    pub is_deleted: bool,
}

/// An activity.
#[derive(Debug)]
pub(super) struct Activity {
    /// The call that created it, and its name.
    pub call: usize,
    pub name: String,
    pub is_deleted: bool,
}

/// An execution.
#[derive(Debug)]
pub(super) struct Execution {
    /// The call that started it, and its parameters.
    pub call: usize,
    pub parameters: Value,
    pub machine: usize,
    pub kind: Kind,
    pub is_running: bool,
    /// The call that took its task.
    pub taken: Option<usize>,
}

/// What a machine does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// It ends at once.
    Ends,
    /// It fails at once.
    Fails,
    /// It waits for a year.
    Stays,
    /// It has a task of this activity.
    Works(usize),
    /// It starts an execution of this machine, and waits for its end.
    Nests(usize),
    /// It starts what there is not.
    Misses,
}

impl Model {
    /// A number that was not given out yet.
    pub fn next(&mut self) -> u64 {
        self.number += 1;
        self.number
    }

    /// A kind of machine, and a definition that no other one has. Every other one works, if that is wanted.
    pub fn definition(&mut self, works: bool, dice: &mut Dice) -> (Kind, Value) {
        let number = self.next();
        let activities = living(&self.activities, |it| !it.is_deleted);
        let works = works && !activities.is_empty() && dice.chance(2, 3);
        let kind = match dice.below(8) {
            _ if works => Kind::Works(dice.pick(&activities)),
            0..=2 => Kind::Ends,
            3 => Kind::Fails,
            4..=5 => Kind::Stays,
            _ if activities.is_empty() => Kind::Stays,
            _ => Kind::Works(dice.pick(&activities)),
        };
        let state = match kind {
            Kind::Ends => json!({"Type": "Pass", "Result": number, "End": true}),
            Kind::Fails => json!({"Type": "Fail", "Error": "E", "Cause": number.to_string()}),
            Kind::Stays => json!({"Type": "Wait", "Seconds": 30_000_000 + number, "End": true}),
            Kind::Works(activity) => json!({
                "Type": "Task", "Comment": number.to_string(),
                "Resource": of(self.activities[activity].call, "activityArn"), "End": true,
            }),
            Kind::Nests(_) | Kind::Misses => return self.nesting(dice),
        };
        (kind, json!({"StartAt": "A", "States": {"A": state}}))
    }

    /// A kind of machine that starts executions of another one, and a definition that no other one has. The
    /// execution that is started is called as the one that starts it; when it was is kept out of the data.
    pub fn nesting(&mut self, dice: &mut Dice) -> (Kind, Value) {
        let number = self.next();
        let children = living(&self.machines, |it| {
            !it.is_deleted && !matches!(it.kind, Kind::Nests(_) | Kind::Misses)
        });
        let child = (!children.is_empty() && !dice.one_in(4)).then(|| dice.pick(&children));
        let arn = match child {
            Some(child) => self.machines[child].arn(),
            None => "arn:aws:states:us-east-1:123456789012:stateMachine:none".to_owned(),
        };
        let suffix = dice.pick(&[".sync", ".sync:2"]);
        let input = match dice.below(3) {
            0 => json!({"in.$": "$"}),
            1 => json!("{\"in\":1}"),
            _ => Value::Null,
        };
        let start = json!({
            "Type": "Task", "Comment": number.to_string(),
            "Resource": format!("arn:aws:states:::states:startExecution{suffix}"),
            "Parameters": {"StateMachineArn": arn, "Input": input, "Name.$": "$$.Execution.Name"},
            "ResultSelector": {"in.$": "$.Input", "out.$": "$.Output", "status.$": "$.Status"},
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "C"}],
            "End": true,
        });
        let caught = json!({"Type": "Pass", "Parameters": {"error.$": "$.Error"}, "End": true});
        let definition = json!({"StartAt": "A", "States": {"A": start, "C": caught}});
        (child.map_or(Kind::Misses, Kind::Nests), definition)
    }

    /// What an execution of a kind of machine does, whatever it starts for that.
    pub fn does(&self, kind: Kind) -> Kind {
        match kind {
            Kind::Nests(child) => match self.machines[child].kind {
                Kind::Fails | Kind::Ends | Kind::Nests(_) | Kind::Misses => Kind::Ends,
                kind => kind,
            },
            Kind::Misses => Kind::Ends,
            kind => kind,
        }
    }

    /// The machines that exist.
    pub fn machines(&self) -> Vec<usize> {
        living(&self.machines, |it| !it.is_deleted)
    }

    /// The versions that exist, with their machines.
    pub fn versions(&self) -> Vec<(usize, usize)> {
        let machines = self.machines().into_iter();
        let versions = machines.flat_map(|machine| {
            let versions = living(&self.machines[machine].versions, |it| !it.is_deleted);
            versions.into_iter().map(move |version| (machine, version))
        });
        versions.collect()
    }

    /// The aliases that exist, with their machines.
    pub fn aliases(&self) -> Vec<(usize, usize)> {
        let machines = self.machines().into_iter();
        let aliases = machines.flat_map(|machine| {
            let aliases = living(&self.machines[machine].aliases, |it| !it.is_deleted);
            aliases.into_iter().map(move |alias| (machine, alias))
        });
        aliases.collect()
    }

    /// The activities that exist.
    pub fn activities(&self) -> Vec<usize> {
        living(&self.activities, |it| !it.is_deleted)
    }

    /// The executions of machines that exist and for which this holds.
    pub fn executions(&self, which: impl Fn(&Execution) -> bool) -> Vec<usize> {
        living(&self.executions, |it| {
            !self.machines[it.machine].is_deleted && which(it)
        })
    }

    /// The executions whose tasks wait to be taken: of each activity the first.
    pub fn waiting(&self) -> Vec<usize> {
        let waiting = self.executions(|it| {
            it.is_running && it.taken.is_none() && matches!(it.kind, Kind::Works(_))
        });
        let kind = |execution: &usize| self.executions[*execution].kind;
        let mut first: Vec<usize> = Vec::new();
        for execution in waiting {
            if !first.iter().any(|other| kind(other) == kind(&execution)) {
                first.push(execution);
            }
        }
        first
    }

    /// Whether a machine, one of its versions, or an execution has tasks of this activity.
    pub fn is_used(&self, activity: usize) -> bool {
        let is_its = |kind: Kind| kind == Kind::Works(activity);
        self.machines
            .iter()
            .any(|it| is_its(it.kind) || it.versions.iter().any(|version| is_its(version.kind)))
            || self.executions.iter().any(|it| is_its(it.kind))
    }

    /// Whether an execution of this machine runs.
    pub fn is_running(&self, machine: usize) -> bool {
        let mut executions = self.executions.iter();
        executions.any(|it| it.machine == machine && it.is_running)
    }
}

impl Machine {
    pub fn arn(&self) -> String {
        of(self.call, "stateMachineArn")
    }

    /// Whether an alias that exists routes to this version.
    pub fn is_routed(&self, version: usize) -> bool {
        let mut aliases = self.aliases.iter().filter(|it| !it.is_deleted);
        aliases.any(|it| it.routes.iter().any(|(to, _)| *to == version))
    }
}

impl Version {
    pub fn arn(&self) -> String {
        of(self.call, "stateMachineVersionArn")
    }
}

impl Alias {
    pub fn arn(&self) -> String {
        of(self.call, "stateMachineAliasArn")
    }
}

impl Activity {
    pub fn arn(&self) -> String {
        of(self.call, "activityArn")
    }
}

impl Execution {
    pub fn arn(&self) -> String {
        of(self.call, "executionArn")
    }
}

fn living<T>(all: &[T], which: impl Fn(&T) -> bool) -> Vec<usize> {
    let numbers = 0..all.len();
    numbers.filter(|number| which(&all[*number])).collect()
}
