//! State machines: created, updated, described, listed, deleted.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{
    CallError, ExecutionId, Service, Time,
    arn::{self, MachineArn, Qualifier},
    definitions,
    machine::{Publication, Revision, Stored},
    params::Params,
    render::seconds,
    settings::Settings,
    tags,
};
use crate::{
    asl::{Machine, WorkflowType},
    base::{entropy::mix, time::Instant},
    deviation::CallRule,
    interpreter::Program,
};

/// What is started, and by which ARN.
pub(super) struct Target {
    pub machine_arn: String,
    pub name: String,
    pub workflow: WorkflowType,
    pub revision: Arc<Revision>,
    /// The version that was named, or that an alias drew.
    pub version: Option<u64>,
    pub alias: Option<String>,
}

impl Service {
    /// Creating the same machine again returns the existing one. It is the same if name, definition
    /// text, type, settings, `publish` and `versionDescription` are equal; the role and the tags do not
    /// matter (API reference, and recorded but for `publish`).
    pub(super) fn create_machine(
        &mut self,
        time: &dyn Time,
        params: &Params<'_>,
    ) -> Result<Value, CallError> {
        let name = arn::checked(params.text("name")?)?;
        let definition = params.text("definition")?;
        let role = arn::role(params.text("roleArn")?)?;
        let workflow = definitions::workflow(params);
        let publication = publication(params)?;
        let machine = definitions::compile(definition, workflow)?;
        let settings = Settings::default().with(self, params)?;
        let tags = tags::given(params)?;
        let arn = self.config.arn(arn::MACHINE, name);
        if let Some(stored) = self.machines.get(&arn) {
            let current = &stored.current;
            let same = current.definition == definition
                && stored.workflow == workflow
                && current.settings == settings
                && stored.publication == publication;
            return if same && self.keeps(CallRule::CreateAgain) {
                Ok(stored.created_answer(&arn))
            } else {
                Err(CallError::machine_exists(&arn))
            };
        }
        let revision = self.revision(None, machine, workflow, definition, time.now());
        let revision = Revision {
            role: role.to_owned(),
            settings,
            ..revision
        };
        let mut stored = Stored::new(name, workflow, revision);
        if let Some(publication) = publication {
            stored.publish(time.now(), publication);
        }
        let answer = stored.created_answer(&arn);
        self.keep_tags(&arn, tags);
        self.machines.insert(arn, stored);
        Ok(answer)
    }

    /// Makes a new revision, unless nothing is new (recorded: its id stays).
    pub(super) fn update_machine(
        &mut self,
        time: &dyn Time,
        params: &Params<'_>,
    ) -> Result<Value, CallError> {
        let arn = MachineArn::unqualified(params.text("stateMachineArn")?)?;
        let stored = self.machine(arn)?;
        let publication = publication(params)?;
        let (definition, role) = (
            params.maybe_text("definition"),
            params.maybe_text("roleArn"),
        );
        if definition.is_none() && role.is_none() && !Settings::are_given(params) {
            return Err(CallError::new(
                "MissingRequiredParameter",
                "Either the definition, the role ARN, the LoggingConfiguration, or the \
                 TracingConfiguration must be specified",
            ));
        }
        let current = stored.current.clone();
        let workflow = stored.workflow;
        let role = role
            .map_or(Ok(current.role.as_str()), arn::role)?
            .to_owned();
        let settings = current.settings.with(self, params)?;
        let now = time.now();
        let id = Some(self.revision_id());
        let revision = match definition {
            Some(definition) => {
                let machine = definitions::compile(definition, workflow)?;
                Revision {
                    role,
                    settings,
                    ..self.revision(id, machine, workflow, definition, now)
                }
            }
            None => Revision {
                id,
                program: current.program.clone(),
                definition: current.definition.clone(),
                references: current.references.clone(),
                role,
                settings,
                made: now,
            },
        };
        let stored = self
            .machines
            .get_mut(arn)
            .ok_or_else(|| CallError::no_machine(arn))?;
        if !revision.says_the_same(&current) {
            stored.current = Arc::new(revision);
        }
        let mut answer = json!({ "updateDate": seconds(now) });
        if let Some(id) = &stored.current.id {
            answer["revisionId"] = id.as_str().into();
        }
        if let Some(publication) = publication {
            let version = stored.publish(now, publication);
            answer["stateMachineVersionArn"] = format!("{arn}:{version}").into();
        }
        Ok(answer)
    }

    /// That of a version is described by its ARN, and as it was published (recorded). What an alias
    /// leads to is not: no evidence says what AWS answers.
    pub(super) fn describe_machine(&self, params: &Params<'_>) -> Result<Value, CallError> {
        let arn = MachineArn::parse(params.text("stateMachineArn")?)?;
        let stored = self.machine(arn.machine)?;
        let nothing = || CallError::no_machine(arn.whole);
        let version = match arn.qualifier {
            Qualifier::None => None,
            Qualifier::Version(number) => Some(stored.version(number).ok_or_else(nothing)?),
            Qualifier::Alias(_) => return Err(nothing().guessed()),
        };
        let revision = match version {
            Some(version) if self.keeps(CallRule::VersionFixed) => &version.revision,
            _ => &stored.current,
        };
        let mut answer = stored.describe(arn.whole, revision, params.wants_metadata_only());
        answer["status"] = "ACTIVE".into();
        answer["type"] = json!(stored.workflow);
        let created = version.map_or(stored.created, |version| version.created);
        answer["creationDate"] = seconds(created);
        if let Some(description) = version.and_then(|version| version.description.as_deref()) {
            answer["description"] = description.into();
        }
        Ok(answer)
    }

    /// The machine as the execution runs it, whatever became of it since.
    pub(super) fn describe_machine_of(&self, params: &Params<'_>) -> Result<Value, CallError> {
        let run = self.run(params.text("executionArn")?)?;
        let stored = self.machine(&run.machine_arn)?;
        let revision = if self.keeps(CallRule::ExecutionRevision) {
            &run.revision
        } else {
            &stored.current
        };
        let metadata = params.wants_metadata_only();
        let mut answer = stored.describe(&run.machine_arn, revision, metadata);
        answer["updateDate"] = seconds(revision.made);
        Ok(answer)
    }

    /// Deletes a machine and removes its executions. Deleting a missing machine succeeds. (AWS takes its
    /// time, and stops the executions at their next transition.)
    pub(super) fn delete_machine(
        &mut self,
        now: Instant,
        params: &Params<'_>,
    ) -> Result<Value, CallError> {
        let arn = MachineArn::parse(params.text("stateMachineArn")?)?.whole;
        if !self.machines.contains_key(arn) && !self.keeps(CallRule::DeleteMissing) {
            return Err(CallError::no_machine(arn));
        }
        if self.machines.shift_remove(arn).is_some() {
            self.tags.remove(arn);
            let runs = self.runs.iter();
            let gone: Vec<_> = runs
                .filter(|(_, run)| run.machine_arn == arn)
                .map(|(id, _)| *id)
                .collect();
            for execution in gone {
                self.forget(execution, now);
            }
        }
        Ok(json!({}))
    }

    /// By name (recorded).
    pub(super) fn list_machines(&self, params: &Params<'_>) -> Result<Value, CallError> {
        let mut all: Vec<(&String, &Stored)> = self.machines.iter().collect();
        all.sort_by(|one, other| one.1.name.cmp(&other.1.name));
        let all = all.into_iter().map(|(arn, stored)| {
            json!({
                "stateMachineArn": arn,
                "name": stored.name,
                "type": stored.workflow,
                "creationDate": seconds(stored.created),
            })
        });
        self.page(params, "stateMachines", "", all)
    }

    /// The machine with this ARN, which names nothing else.
    pub(super) fn machine(&self, arn: &str) -> Result<&Stored, CallError> {
        self.machines
            .get(arn::of_kind(arn, arn::MACHINE)?)
            .ok_or_else(|| CallError::no_machine(arn))
    }

    /// What is started by the ARN of a machine, a version or an alias; of an alias with two versions, by
    /// chance.
    pub(super) fn target(&self, arn: &str, id: ExecutionId) -> Result<Target, CallError> {
        let arn = MachineArn::parse(arn)?;
        let nothing = || CallError::no_machine(arn.whole);
        let stored = self.machines.get(arn.machine).ok_or_else(nothing)?;
        let (version, alias) = match arn.qualifier {
            Qualifier::None => (None, None),
            Qualifier::Version(number) => (Some(number), None),
            Qualifier::Alias(name) => {
                let alias = stored.aliases.get(name).ok_or_else(nothing)?;
                let drawn = alias.draw(mix(mix(self.config.entropy) ^ id.0));
                (Some(drawn), Some(name.to_owned()))
            }
        };
        let rule = match alias {
            None => CallRule::VersionFixed,
            Some(_) => CallRule::AliasRoute,
        };
        let revision = match version {
            None => &stored.current,
            Some(number) => {
                let version = stored.version(number).ok_or_else(nothing)?;
                if self.keeps(rule) {
                    &version.revision
                } else {
                    &stored.current
                }
            }
        };
        Ok(Target {
            machine_arn: arn.machine.to_owned(),
            name: stored.name.clone(),
            workflow: stored.workflow,
            revision: revision.clone(),
            version,
            alias,
        })
    }

    /// A revision without a role, with the service's deviations.
    fn revision(
        &self,
        id: Option<String>,
        machine: Machine,
        workflow: WorkflowType,
        definition: &str,
        made: Instant,
    ) -> Revision {
        let references = definitions::references(&machine, definition);
        let program = Program::deviating(&Arc::new(machine), &self.deviations).run_as(workflow);
        Revision {
            id,
            program,
            definition: definition.to_owned(),
            role: String::new(),
            settings: Settings::default(),
            references,
            made,
        }
    }

    fn revision_id(&mut self) -> String {
        // Not those of executions.
        let number = self.next_revision() | 1 << 63;
        self.drawn_uuid(mix(number))
    }
}

/// Whether a call publishes what it makes (recorded: there is no description without that).
fn publication(params: &Params<'_>) -> Result<Option<Publication>, CallError> {
    let description = params.maybe_text("versionDescription").map(str::to_owned);
    match (params.flag("publish"), description) {
        (true, description) => Ok(Some(Publication { description })),
        (false, None) => Ok(None),
        (false, Some(_)) => Err(CallError::validation(
            "Version description can only be set when publish is true",
        )),
    }
}

impl Stored {
    fn created_answer(&self, arn: &str) -> Value {
        let mut answer = json!({
            "stateMachineArn": arn,
            "creationDate": seconds(self.created),
        });
        if let Some(version) = self.publication.as_ref().and(self.published()) {
            answer["stateMachineVersionArn"] = format!("{arn}:{version}").into();
        }
        answer
    }

    fn describe(&self, arn: &str, revision: &Revision, metadata_only: bool) -> Value {
        let mut answer = json!({
            "stateMachineArn": arn,
            "name": self.name,
            "definition": if metadata_only { "{}" } else { &revision.definition },
            "roleArn": revision.role,
        });
        if let Some(id) = &revision.id {
            answer["revisionId"] = id.as_str().into();
        }
        if !metadata_only && !revision.references.is_null() {
            answer["variableReferences"] = revision.references.clone();
        }
        revision.settings.describe(&mut answer);
        answer
    }
}
