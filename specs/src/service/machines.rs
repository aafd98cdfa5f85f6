//! State machines.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{CallError, Service, Time, arn, page::page, params::Params, render::seconds};
use crate::{
    asl::{Machine, WorkflowType},
    base::time::Instant,
    interpreter::Program,
    validate::{INVALID_DEFINITION, refusal, validate_text, warnings},
};

/// A created machine.
#[derive(Debug)]
pub(super) struct Stored {
    pub name: String,
    pub program: Program,
    pub definition: String,
    pub role: String,
    pub workflow: WorkflowType,
    /// `loggingConfiguration`, `tracingConfiguration`, `encryptionConfiguration`: part of the
    /// machine's identity, not interpreted.
    pub settings: [Option<Value>; 3],
    pub created: Instant,
}

const SETTINGS: [&str; 3] = [
    "loggingConfiguration",
    "tracingConfiguration",
    "encryptionConfiguration",
];

impl Service {
    /// Creating the same machine again returns the existing one. It is the same if name, definition
    /// text, type and settings are equal; the role and the tags do not matter (recorded).
    pub(super) fn create_machine(
        &mut self,
        time: &dyn Time,
        params: &Params<'_>,
    ) -> Result<Value, CallError> {
        let name = arn::checked(params.text("name")?)?;
        let definition = params.text("definition")?;
        let role = params.text("roleArn")?;
        let workflow = workflow(params)?;
        let settings = SETTINGS.map(|setting| params.value(setting).cloned());
        let machine = compile(definition, workflow)?;
        let arn = self.config.arn("stateMachine", name);
        if let Some(stored) = self.machines.get(&arn) {
            let same = stored.definition == definition
                && stored.workflow == workflow
                && stored.settings == settings;
            if !same {
                return Err(CallError::new(
                    "StateMachineAlreadyExists",
                    format!("State Machine Already Exists: '{arn}'"),
                ));
            }
            return Ok(json!({ "stateMachineArn": arn, "creationDate": seconds(stored.created) }));
        }
        let created = time.now();
        let stored = Stored {
            name: name.to_owned(),
            program: self.program(machine, workflow),
            definition: definition.to_owned(),
            role: role.to_owned(),
            workflow,
            settings,
            created,
        };
        let tags = params.tags("tags");
        if !tags.is_empty() {
            self.tags.insert(arn.clone(), tags.into_iter().collect());
        }
        self.machines.insert(arn.clone(), stored);
        Ok(json!({ "stateMachineArn": arn, "creationDate": seconds(created) }))
    }

    pub(super) fn update_machine(
        &mut self,
        time: &dyn Time,
        params: &Params<'_>,
    ) -> Result<Value, CallError> {
        let arn = params.text("stateMachineArn")?;
        let stored = self.machine(arn)?;
        let (definition, role) = (
            params.maybe_text("definition"),
            params.maybe_text("roleArn"),
        );
        if definition.is_none() && role.is_none() {
            return Err(CallError::new(
                "MissingRequiredParameter",
                "Either the definition, the role ARN, the LoggingConfiguration, or the \
                 TracingConfiguration must be specified",
            ));
        }
        let compiled = definition
            .map(|definition| compile(definition, stored.workflow))
            .transpose()?
            .map(|machine| self.program(machine, stored.workflow));
        let stored = self
            .machines
            .get_mut(arn)
            .ok_or_else(|| CallError::no_machine(arn))?;
        if let (Some(program), Some(definition)) = (compiled, definition) {
            stored.program = program;
            definition.clone_into(&mut stored.definition);
        }
        if let Some(role) = role {
            role.clone_into(&mut stored.role);
        }
        Ok(json!({ "updateDate": seconds(time.now()) }))
    }

    pub(super) fn describe_machine(&self, params: &Params<'_>) -> Result<Value, CallError> {
        let arn = params.text("stateMachineArn")?;
        let stored = self.machine(arn)?;
        let mut answer = stored.describe(arn);
        answer["status"] = "ACTIVE".into();
        answer["type"] = json!(stored.workflow);
        answer["creationDate"] = seconds(stored.created);
        Ok(answer)
    }

    pub(super) fn describe_machine_of(&self, params: &Params<'_>) -> Result<Value, CallError> {
        let run = self.run(params.text("executionArn")?)?;
        let stored = self.machine(&run.machine_arn)?;
        let mut answer = stored.describe(&run.machine_arn);
        answer["updateDate"] = seconds(stored.created);
        Ok(answer)
    }

    /// Deletes a machine and removes its executions. Deleting a missing machine succeeds.
    pub(super) fn delete_machine(&mut self, params: &Params<'_>) -> Result<Value, CallError> {
        let arn = arn::of_kind(params.text("stateMachineArn")?, "stateMachine")?;
        if self.machines.shift_remove(arn).is_some() {
            self.tags.remove(arn);
            let runs = self.runs.iter();
            let gone: Vec<_> = runs
                .filter(|(_, run)| run.machine_arn == arn)
                .map(|(id, _)| *id)
                .collect();
            for execution in gone {
                self.forget(execution);
            }
        }
        Ok(json!({}))
    }

    pub(super) fn list_machines(&self, params: &Params<'_>) -> Result<Value, CallError> {
        let all = self.machines.iter().map(|(arn, stored)| {
            json!({
                "stateMachineArn": arn,
                "name": stored.name,
                "type": stored.workflow,
                "creationDate": seconds(stored.created),
            })
        });
        page(params, "stateMachines", all)
    }

    /// The machine with the service's deviations.
    fn program(&self, machine: Machine, workflow: WorkflowType) -> Program {
        Program::deviating(&Arc::new(machine), &self.deviations).run_as(workflow)
    }

    /// The machine with this ARN.
    pub(super) fn machine(&self, arn: &str) -> Result<&Stored, CallError> {
        self.machines
            .get(arn::of_kind(arn, "stateMachine")?)
            .ok_or_else(|| CallError::no_machine(arn))
    }
}

impl Stored {
    fn describe(&self, arn: &str) -> Value {
        let mut answer = json!({
            "stateMachineArn": arn,
            "name": self.name,
            "definition": self.definition,
            "roleArn": self.role,
        });
        for (name, setting) in SETTINGS.iter().zip(&self.settings) {
            if let Some(setting) = setting {
                answer[*name] = setting.clone();
            }
        }
        answer
    }
}

/// The most diagnostics in an answer, and how many there are by default.
const MOST_DIAGNOSTICS: u64 = 100;

/// Returns the diagnostics of a definition; its warnings only if they are asked for. A text that is
/// not JSON gets a diagnostic, not an error.
pub(super) fn validate_definition(params: &Params<'_>) -> Result<Value, CallError> {
    let definition = params.text("definition")?;
    let workflow = workflow(params)?;
    let with_warnings = match params.maybe_text("severity") {
        None | Some("ERROR") => false,
        Some("WARNING") => true,
        Some(other) => {
            return Err(CallError::not_in_enum(
                other,
                "severity",
                &["ERROR", "WARNING"],
            ));
        }
    };
    let limit = match params.page_size(MOST_DIAGNOSTICS)? {
        0 => MOST_DIAGNOSTICS,
        limit => limit,
    };
    let (machine, mut diagnostics) = validate_text(definition, workflow);
    if with_warnings && let Ok(definition) = serde_json::from_str(definition) {
        diagnostics.extend(warnings(&definition));
    }
    let limit = limit as usize;
    let truncated = diagnostics.len() > limit;
    diagnostics.truncate(limit);
    Ok(json!({
        "result": if machine.is_some() { "OK" } else { "FAIL" },
        "diagnostics": diagnostics,
        "truncated": truncated,
    }))
}

fn workflow(params: &Params<'_>) -> Result<WorkflowType, CallError> {
    match params.maybe_text("type") {
        None | Some("STANDARD") => Ok(WorkflowType::Standard),
        Some("EXPRESS") => Ok(WorkflowType::Express),
        Some(other) => Err(CallError::not_in_enum(
            other,
            "type",
            &["STANDARD", "EXPRESS"],
        )),
    }
}

fn compile(definition: &str, workflow: WorkflowType) -> Result<Machine, CallError> {
    let (machine, diagnostics) = validate_text(definition, workflow);
    machine.ok_or_else(|| {
        let message = refusal(&diagnostics).unwrap_or_default();
        CallError::new(INVALID_DEFINITION, message)
    })
}
