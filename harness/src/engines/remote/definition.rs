//! Creates, validates and deletes a definition on the engine, without starting it.

use std::sync::atomic::Ordering;

use stepproof_specs::{asl::WorkflowType, scenario::case::DefinitionCase};

use super::Remote;
use crate::{
    client::sdk::{CallError, Wire},
    raw::{Creation, RawRun},
    trouble::Trouble,
};

impl Remote {
    pub(super) async fn define_case(&self, case: &DefinitionCase) -> Result<RawRun, Trouble> {
        let wire = Wire::default();
        let definition = case.definition.to_string();
        let creation = self.create(&wire, &definition, case.workflow).await?;
        let validation = if self.profile.capabilities.validation {
            let answer = self.api.validate(&wire, &definition, case.workflow).await;
            Some(answer.map_err(CallError::into_trouble)?)
        } else {
            None
        };
        Ok(RawRun {
            creation,
            validation,
            executions: Vec::new(),
            names: Vec::new(),
            wire: wire.take(),
            calls: Vec::new(),
        })
    }

    /// Creates a machine, and deletes it if that succeeded. The name and the role are valid, so
    /// every refusal is about the definition.
    async fn create(
        &self,
        wire: &Wire,
        definition: &str,
        workflow: WorkflowType,
    ) -> Result<Creation, Trouble> {
        let number = self.machines.fetch_add(1, Ordering::Relaxed);
        let name = format!("{}m{number}", self.prefix);
        let role = &self.traits.role;
        let created = self
            .api
            .create_machine(wire, &name, definition, role, workflow)
            .await;
        match created {
            Ok(arn) => {
                let deleted = self.api.delete_machine(wire, &arn).await;
                deleted.map_err(CallError::into_trouble)?;
                Ok(Creation::Accepted)
            }
            Err(CallError::Refused(refusal)) => Ok(Creation::Refused {
                code: refusal.code,
                message: refusal.message,
            }),
            Err(error) => Err(error.into_trouble()),
        }
    }
}
