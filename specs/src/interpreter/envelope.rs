//! The events of a task, and their details about it.

use super::Identity;
use crate::{
    asl::{
        Name,
        resource::{HARNESS, Pattern, Resource},
    },
    history::{EventKind, Phase, Service, TaskDetails},
};

/// The form of a task's events, which depends only on the resource.
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
    pub fn of(resource: &Name) -> Option<Self> {
        let whole = |service| Self {
            service,
            resource: resource.clone(),
            resource_type: None,
            pattern: Pattern::Request,
        };
        match Resource::parse(resource) {
            Resource::Activity => Some(whole(Service::Activity)),
            Resource::Lambda => Some(whole(Service::LambdaFunction)),
            Resource::Integration(integration) => Some(Self {
                service: Service::Integration,
                resource: integration.action.into(),
                resource_type: Some(integration.service.into()),
                pattern: integration.pattern,
            }),
            Resource::Other | Resource::Unknown | Resource::NoArn => None,
        }
    }

    /// The kind of the event for a step.
    pub fn event(&self, phase: Phase) -> EventKind {
        EventKind::Work(self.service, phase)
    }

    /// The name of the task in the causes of data limits.
    pub fn name(&self) -> &Name {
        self.resource_type.as_ref().unwrap_or(&self.resource)
    }

    /// Whether the task ends only when its token is returned.
    pub fn is_callback(&self) -> bool {
        self.pattern == Pattern::Callback
    }

    /// Whether it invokes a harness of Bedrock AgentCore.
    pub fn is_harness(&self) -> bool {
        self.resource_type.as_deref() == Some(HARNESS)
    }

    /// Whether the task continues after the service has answered.
    pub fn waits(&self) -> bool {
        self.pattern != Pattern::Request
    }

    /// The details of the Scheduled event, for an execution with this identity.
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

    /// The details of all other events of the task; `None` unless it is an integration.
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
