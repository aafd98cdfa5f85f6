//! `stepproof serve`.

use clap::Args;
use stepproof_specs::deviation::Deviations;

use super::{Failure, Status, faults, output::Output, signals};
use crate::{
    engines::{
        address::{self, BadAddress},
        embedded::{Server, Speed},
    },
    run::Stop,
    zoo::Deviant,
};

/// Serves the embedded engine to any AWS Step Functions client, until Ctrl-C.
///
/// It listens on the loopback interface only, answers only requests that are addressed to it or to
/// localhost, and accepts any credentials. It keeps everything in memory. An execution that has ended is
/// forgotten when 5,000 others have ended after it, or sooner if those take more than 64 MiB. (AWS
/// keeps it for 90 days.)
///
/// The account's other services are at the same endpoint, with the operations that tasks and their tests need: SQS,
/// SNS, DynamoDB, S3 (with buckets in the path), EventBridge and Lambda. They keep what they are given until the
/// server ends.
///
/// Clients put 'sync-' before the host for StartSyncExecution and TestState. Switch that off: with
/// AWS_DISABLE_HOST_PREFIX_INJECTION=true for boto3 and the AWS CLI, or in boto3 with
/// Config(inject_host_prefix=False).
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  stepproof serve
  stepproof serve --port 8083 --time-scale 60
  aws stepfunctions list-state-machines --endpoint-url http://127.0.0.1:8083
  aws sqs create-queue --queue-name q --endpoint-url http://127.0.0.1:8083
  stepproof run --endpoint http://127.0.0.1:8083 --time-scale 60")]
pub(super) struct Serve {
    /// The port; 0 picks a free one.
    #[arg(long, default_value_t = 8083)]
    port: u16,
    /// Seconds of ASL time per real second.
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0, value_parser = super::target::time_scale)]
    time_scale: f64,
    /// Break a rule on purpose; 'stepproof faults' lists the names.
    #[arg(long, value_name = "NAME")]
    fault: Option<String>,
    /// Where invocations of Lambda functions are answered: an endpoint with Lambda's API, as 'sam local
    /// start-lambda' is one. Without it nobody answers them.
    #[arg(long, value_name = "URL", value_parser = functions_at)]
    lambda_endpoint: Option<String>,
}

/// The address of an endpoint.
fn functions_at(address: &str) -> Result<String, BadAddress> {
    address::check(address).map(|()| address.to_owned())
}

impl Serve {
    pub(super) fn execute(self) -> Result<Status, Failure> {
        let runtime = super::runtime()?;
        let served = runtime.block_on(self.serve());
        // Executions that are being worked on are given up.
        runtime.shutdown_background();
        served
    }

    async fn serve(self) -> Result<Status, Failure> {
        let fault = self.fault.as_deref().map(faults::named).transpose()?;
        let deviations = fault.map_or_else(Deviations::default, Deviant::deviations);
        let started = Server::start_with_functions(
            self.port,
            Speed::Scaled(self.time_scale),
            deviations,
            self.lambda_endpoint,
        );
        let server = started.await.map_err(|error| {
            Failure::usage(
                format!("listen at port {}: {error}", self.port),
                "choose another port with --port, or any that is free with --port 0",
            )
        })?;
        let mut output = Output::new();
        output.line(format_args!(
            "serving AWS Step Functions at {}; Ctrl-C ends it",
            server.endpoint()
        ))?;
        output.flush()?;
        let stop = Stop::default();
        signals::stop_on_interrupt(stop.clone(), "stopping; Ctrl-C again ends at once");
        stop.asked().await;
        server
            .stop()
            .await
            .map_err(|error| Failure::internal(format!("stop the server: {error}")))?;
        Ok(Status::Success)
    }
}
