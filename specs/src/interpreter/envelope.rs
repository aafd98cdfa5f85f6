//! Which events a task has, and what they say of it.

use super::Identity;
use crate::{
    asl::{
        Name,
        resource::{Pattern, Resource},
    },
    history::{EventKind, Phase, Service, TaskDetails},
};

/// The shape of a task's events: it depends on the resource only.
#[derive(Debug, Clone)]
pub(super) struct Envelope {
    service: Service,
    /// The ARN, or the operation of an integration.
    resource: Name,
    /// The service of an integration.
    resource_type: Option<Name>,
    pattern: Pattern,
}

impl Envelope {
    /// The envelope of a resource; `None` for one that is not interpreted.
    pub fn of(resource: &str) -> Option<Self> {
        let (service, resource, resource_type, pattern) = match Resource::parse(resource) {
            Resource::Activity => (Service::Activity, resource, None, Pattern::Request),
            Resource::Lambda => (Service::LambdaFunction, resource, None, Pattern::Request),
            Resource::Integration(integration) => (
                Service::Integration,
                integration.action,
                Some(integration.service),
                integration.pattern,
            ),
            Resource::Other | Resource::Unknown => return None,
        };
        Some(Self {
            service,
            resource: resource.into(),
            resource_type: resource_type.map(Name::from),
            pattern,
        })
    }

    /// The event of a step.
    pub fn event(&self, phase: Phase) -> EventKind {
        EventKind::Work(self.service, phase)
    }

    /// How the causes of data limits name the task.
    pub fn name(&self) -> &Name {
        self.resource_type.as_ref().unwrap_or(&self.resource)
    }

    /// Whether the task is over only when its token has come back.
    pub fn is_callback(&self) -> bool {
        self.pattern == Pattern::Callback
    }

    /// Whether the task goes on when the service has answered.
    pub fn waits(&self) -> bool {
        self.pattern != Pattern::Request
    }

    /// What the Scheduled event says of the task of such an execution.
    pub fn scheduled(&self, identity: &Identity) -> TaskDetails {
        TaskDetails {
            resource: Some(self.resource.clone()),
            resource_type: self.resource_type.clone(),
            region: self
                .resource_type
                .as_ref()
                .map(|_| identity.region().into()),
            ..TaskDetails::default()
        }
    }

    /// What every other event of the task says of it: nothing, unless it is an integration.
    pub fn details(&self) -> Option<Box<TaskDetails>> {
        self.resource_type.as_ref().map(|resource_type| {
            Box::new(TaskDetails {
                resource: Some(self.resource.clone()),
                resource_type: Some(resource_type.clone()),
                ..TaskDetails::default()
            })
        })
    }
}
