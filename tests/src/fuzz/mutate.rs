use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// No input grows beyond this.
const LONGEST: usize = 64 << 10;

/// Makes inputs out of others; the same ones for the same seed.
#[derive(Debug)]
pub struct Mutator {
    random: ChaCha8Rng,
}

impl Mutator {
    /// A mutator.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { random: ChaCha8Rng::seed_from_u64(seed) }
    }

    /// One of the corpus with a few changes.
    ///
    /// # Panics
    /// When the corpus is empty.
    pub fn next(&mut self, corpus: &[Vec<u8>], words: &[&str]) -> Vec<u8> {
        let mut input = corpus.choose(&mut self.random).expect("a corpus that is not empty").clone();
        for _ in 0..self.random.random_range(1..=6) {
            self.change(&mut input, corpus, words);
        }
        input.truncate(LONGEST);
        input
    }

    fn change(&mut self, input: &mut Vec<u8>, corpus: &[Vec<u8>], words: &[&str]) {
        let random = &mut self.random;
        let at = random.random_range(0..=input.len());
        let to = at + random.random_range(0..=(input.len() - at).min(32));
        match random.random_range(0..8) {
            0 => _ = input.drain(at..to),
            1 => input.truncate(at),
            2 => {
                let again = input[at..to].to_vec();
                input.splice(at..at, again);
            }
            3 => {
                let word = words.choose(random).copied().unwrap_or_default();
                input.splice(at..at, word.bytes());
            }
            4 => {
                let word = words.choose(random).copied().unwrap_or_default();
                input.splice(at..to, word.bytes());
            }
            5 => input.insert(at, random.random()),
            6 => {
                if let Some(byte) = input.get_mut(at) {
                    *byte ^= 1 << random.random_range(0..8);
                }
            }
            _ => {
                let other = corpus.choose(random).map_or(&[][..], Vec::as_slice);
                let from = random.random_range(0..=other.len());
                input.truncate(at);
                input.extend_from_slice(&other[from..]);
            }
        }
    }
}
