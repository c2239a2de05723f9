//! The service's half of `dh-ietf1024-sha256-aes128-cbc-pkcs7`, as the Secret Service specification names it: a key
//! agreement in the second Oakley group (RFC 2409), HKDF without salt, and AES-128 in CBC mode.

use cbc::{
    Decryptor, Encryptor,
    cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyIvInit, block_padding::Pkcs7},
};
use hkdf::Hkdf;
use num_bigint::BigUint;
use sha2::Sha256;

pub(crate) const ALGORITHM: &str = "dh-ietf1024-sha256-aes128-cbc-pkcs7";

const PRIME: &[u8] = b"FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74\
020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F1437\
4FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED\
EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE65381FFFFFFFFFFFFFFFF";
const SIZE: usize = 128;

/// What one client and the service agreed on.
#[derive(Clone)]
pub(crate) struct Cipher([u8; 16]);

impl Cipher {
    /// Agrees with a client; the second part is what to send it.
    pub(crate) fn agree(client: &[u8]) -> (Self, Vec<u8>) {
        let prime = BigUint::parse_bytes(PRIME, 16).expect("a number");
        let mut private = [0; SIZE];
        getrandom::fill(&mut private).expect("random bytes");
        let private = BigUint::from_bytes_be(&private);
        let public = BigUint::from(2_u8).modpow(&private, &prime);
        let shared = padded(&BigUint::from_bytes_be(client).modpow(&private, &prime));
        let mut key = [0; 16];
        Hkdf::<Sha256>::new(None, &shared).expand(&[], &mut key).expect("a short key");
        (Self(key), padded(&public))
    }

    pub(crate) fn encrypt(&self, plain: &[u8]) -> (Vec<u8>, Vec<u8>) {
        let mut iv = [0; 16];
        getrandom::fill(&mut iv).expect("random bytes");
        let value = Encryptor::<aes::Aes128>::new(&self.0.into(), &iv.into()).encrypt_padded_vec::<Pkcs7>(plain);
        (iv.to_vec(), value)
    }

    pub(crate) fn decrypt(&self, iv: &[u8], value: &[u8]) -> Vec<u8> {
        let iv: [u8; 16] = iv.try_into().expect("an initialisation vector");
        Decryptor::<aes::Aes128>::new(&self.0.into(), &iv.into())
            .decrypt_padded_vec::<Pkcs7>(value)
            .expect("encrypted with the session's key")
    }
}

fn padded(number: &BigUint) -> Vec<u8> {
    let bytes = number.to_bytes_be();
    [vec![0; SIZE - bytes.len()], bytes].concat()
}
