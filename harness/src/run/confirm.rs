//! Confirms a divergence by reproducing it on fresh deployments.

use std::future::Future;

use crate::{judge::verdict::Signature, trouble::Trouble};

/// How often a divergence was reproduced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Confirmation {
    /// How many runs showed it, including the first.
    pub reproduced: u32,
    /// How many runs there were in total.
    pub repetitions: u32,
}

impl Confirmation {
    /// Whether the divergence is confirmed: it was reproduced at least once.
    pub fn holds(self) -> bool {
        self.reproduced >= 2
    }
}

/// How many repetitions may end in trouble before confirmation is given up.
const PATIENCE: u32 = 3;

/// Repeats a case that diverged until it has been run `repetitions` times in total. `again` runs it
/// once on a fresh deployment and returns the signatures that showed. Returns how often each
/// signature showed.
pub async fn confirm<F, R>(
    signatures: &[Signature],
    repetitions: u32,
    mut again: F,
) -> Result<Vec<(Signature, Confirmation)>, Trouble>
where
    F: FnMut() -> R,
    R: Future<Output = Result<Vec<Signature>, Trouble>>,
{
    let mut counts: Vec<(Signature, u32)> = signatures.iter().map(|s| (s.clone(), 1)).collect();
    let mut runs = 1;
    let mut troubles = 0;
    while runs < repetitions {
        match again().await {
            Ok(seen) => {
                runs += 1;
                for (signature, count) in &mut counts {
                    *count += u32::from(seen.contains(signature));
                }
            }
            Err(trouble) => {
                troubles += 1;
                if troubles >= PATIENCE {
                    return Err(trouble);
                }
            }
        }
    }
    let confirmation = |(signature, reproduced)| {
        let confirmation = Confirmation {
            reproduced,
            repetitions: runs,
        };
        (signature, confirmation)
    };
    Ok(counts.into_iter().map(confirmation).collect())
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::{Confirmation, confirm};
    use crate::{judge::verdict::Signature, trouble::Trouble};

    fn sig(text: &str) -> Signature {
        format!("status - - {text}").parse().unwrap()
    }

    async fn play(
        answers: Vec<Result<Vec<Signature>, Trouble>>,
    ) -> Result<Vec<(Signature, Confirmation)>, Trouble> {
        let answers = RefCell::new(answers.into_iter());
        confirm(&[sig("a"), sig("b")], 3, || {
            let answer = answers.borrow_mut().next().unwrap();
            async move { answer }
        })
        .await
    }

    #[tokio::test]
    async fn each_signature_is_counted_for_itself() {
        let counts = play(vec![Ok(vec![sig("a"), sig("c")]), Ok(vec![sig("a")])]).await;
        let counts = counts.unwrap();
        assert_eq!(counts[0].1.reproduced, 3);
        assert_eq!(counts[1].1.reproduced, 1);
        assert!(counts[0].1.holds() && !counts[1].1.holds());
        assert_eq!(counts[1].1.repetitions, 3);
    }

    #[tokio::test]
    async fn trouble_is_no_evidence() {
        let trouble = || Err(Trouble::Internal("x".to_owned()));
        let counts = play(vec![trouble(), Ok(vec![]), trouble(), Ok(vec![sig("b")])]).await;
        assert_eq!(counts.unwrap()[1].1.reproduced, 2);
        assert!(play(vec![trouble(), trouble(), trouble()]).await.is_err());
    }
}
