//! Aliases: names that route executions to versions.

use serde_json::{Value, json};

use super::{
    CallError, Service, Time,
    arn::{MachineArn, Qualifier},
    machine::{Alias, Route, Stored},
    params::Params,
    render::seconds,
};

/// The most aliases of a machine (API reference, `CreateStateMachineAlias`).
const MOST: usize = 100;

impl Service {
    /// Creating the same alias again returns the existing one; an alias of the same name that says
    /// anything else, the description too, is in the way (recorded).
    pub(super) fn create_alias(
        &mut self,
        time: &dyn Time,
        params: &Params<'_>,
    ) -> Result<Value, CallError> {
        let name = params.text("name")?;
        let (machine, routes) = self.routes(params)?;
        let description = params.maybe_text("description").map(str::to_owned);
        let stored = self
            .machines
            .get_mut(&machine)
            .ok_or_else(CallError::leads_nowhere)?;
        if let Some(alias) = stored.aliases.get(name) {
            if alias.routes != routes || alias.description != description {
                return Err(CallError::conflict(
                    "Failed to create alias because an alias with the same name and a different routing \
                     configuration already exists.",
                ));
            }
            return Ok(created(&machine, name, alias));
        }
        if stored.aliases.len() >= MOST {
            return Err(CallError::quota(format!(
                "a state machine has at most {MOST} aliases: '{machine}'"
            )));
        }
        let alias = Alias {
            description,
            routes,
            created: time.now(),
            updated: time.now(),
        };
        let answer = created(&machine, name, &alias);
        stored.aliases.insert(name.to_owned(), alias);
        Ok(answer)
    }

    pub(super) fn describe_alias(&self, params: &Params<'_>) -> Result<Value, CallError> {
        let (arn, name) = alias_arn(params)?;
        let stored = self.machines.get(arn.machine);
        let alias = stored
            .and_then(|stored| stored.aliases.get(name))
            .ok_or_else(CallError::leads_nowhere)?;
        let routes = alias.routes.iter().map(|route| {
            json!({
                "stateMachineVersionArn": format!("{}:{}", arn.machine, route.version),
                "weight": route.weight,
            })
        });
        let mut answer = json!({
            "stateMachineAliasArn": arn.whole,
            "name": name,
            "routingConfiguration": routes.collect::<Vec<_>>(),
            "creationDate": seconds(alias.created),
            "updateDate": seconds(alias.updated),
        });
        if let Some(description) = &alias.description {
            answer["description"] = description.as_str().into();
        }
        Ok(answer)
    }

    /// Changes what is given.
    pub(super) fn update_alias(
        &mut self,
        time: &dyn Time,
        params: &Params<'_>,
    ) -> Result<Value, CallError> {
        let (arn, name) = alias_arn(params)?;
        let description = params.maybe_text("description");
        let is_routed = params.value("routingConfiguration").is_some();
        if description.is_none() && !is_routed {
            return Err(CallError::missing_any(
                "Either the description or the routing configuration must be specified",
            ));
        }
        let routes = if is_routed {
            Some(self.routes(params)?)
        } else {
            None
        };
        let stored = self.machines.get_mut(arn.machine);
        let alias = stored
            .and_then(|stored| stored.aliases.get_mut(name))
            .ok_or_else(CallError::leads_nowhere)?;
        if let Some((machine, routes)) = routes {
            if machine != arn.machine {
                return Err(of_several_machines());
            }
            alias.routes = routes;
        }
        if let Some(description) = description {
            alias.description = Some(description.to_owned());
        }
        alias.updated = time.now();
        Ok(json!({ "updateDate": seconds(alias.updated) }))
    }

    /// Deletes an alias. Deleting a missing one succeeds (recorded).
    pub(super) fn delete_alias(&mut self, params: &Params<'_>) -> Result<Value, CallError> {
        let (arn, name) = alias_arn(params)?;
        if let Some(stored) = self.machines.get_mut(arn.machine) {
            stored.aliases.remove(name);
        }
        Ok(json!({}))
    }

    /// By name: the first created came first in recordings, and their names ascended. (The API reference
    /// says that the last created comes first.) The ARN of a version lists the aliases that use it.
    pub(super) fn list_aliases(&self, params: &Params<'_>) -> Result<Value, CallError> {
        let arn = MachineArn::parse(params.text("stateMachineArn")?)?;
        let stored = self.machine(arn.machine)?;
        let version = match arn.qualifier {
            Qualifier::None => None,
            Qualifier::Version(number) if stored.version(number).is_some() => Some(number),
            _ => return Err(CallError::no_machine(arn.whole)),
        };
        let aliases = stored.aliases.iter();
        let listed = aliases.filter(|(_, alias)| version.is_none_or(|number| alias.uses(number)));
        let all = listed.map(|(name, alias)| created(arn.machine, name, alias));
        self.page(params, "stateMachineAliases", arn.whole, all)
    }

    /// The machine and the routes of a routing configuration. Its messages were recorded, their order was
    /// not.
    fn routes(&self, params: &Params<'_>) -> Result<(String, Vec<Route>), CallError> {
        let items = params.list("routingConfiguration");
        let text = |item: &Value| item["stateMachineVersionArn"].as_str().map(str::to_owned);
        let arns: Vec<String> = items.iter().filter_map(text).collect();
        let weights = items.iter().filter_map(|item| item["weight"].as_u64());
        let weights: Vec<u64> = weights.collect();
        let received = || format!("Received: [{}]", arns.join(", "));
        let mut parsed = Vec::new();
        for arn in &arns {
            let arn = MachineArn::parse(arn)?;
            let Qualifier::Version(number) = arn.qualifier else {
                return Err(misrouted(format!(
                    "Routing configuration must contain state machine version ARNs. {}",
                    received()
                )));
            };
            parsed.push((arn.machine, number));
        }
        if parsed.len() == 2 && parsed[0] == parsed[1] {
            return Err(misrouted(format!(
                "Routing configuration must contain distinct state machine version ARNs. {}",
                received()
            )));
        }
        if weights.iter().sum::<u64>() != 100 {
            return Err(misrouted(format!(
                "Sum of routing configuration weights must equal 100. Received: {weights:?}"
            )));
        }
        let (machine, _) = *parsed.first().ok_or_else(CallError::leads_nowhere)?;
        if parsed.iter().any(|(other, _)| *other != machine) {
            return Err(of_several_machines());
        }
        let stored = self.machines.get(machine);
        let exists = |number| stored.is_some_and(|it: &Stored| it.version(number).is_some());
        if !parsed.iter().all(|(_, number)| exists(*number)) {
            return Err(CallError::leads_nowhere());
        }
        let routes = parsed.iter().zip(weights);
        let routes = routes.map(|((_, version), weight)| Route {
            version: *version,
            weight,
        });
        Ok((machine.to_owned(), routes.collect()))
    }
}

fn created(machine: &str, name: &str, alias: &Alias) -> Value {
    json!({
        "creationDate": seconds(alias.created),
        "stateMachineAliasArn": format!("{machine}:{name}"),
    })
}

/// The ARN of an alias, and its name.
fn alias_arn<'b>(params: &Params<'b>) -> Result<(MachineArn<'b>, &'b str), CallError> {
    let arn = MachineArn::parse(params.text("stateMachineAliasArn")?)?;
    match arn.qualifier {
        Qualifier::Alias(name) => Ok((arn, name)),
        _ => {
            let error = format!(
                "The ARN must be that of a state machine alias: '{}'",
                arn.whole
            );
            Err(CallError::validation(error).in_our_words())
        }
    }
}

fn misrouted(message: String) -> CallError {
    CallError::validation(message).with("reason", "INVALID_ROUTING_CONFIGURATION")
}

/// An alias is one of a single machine (API reference, `CreateStateMachineAlias`; the wording is ours).
fn of_several_machines() -> CallError {
    let error = "Routing configuration must contain versions of one state machine";
    misrouted(error.to_owned()).in_our_words()
}
