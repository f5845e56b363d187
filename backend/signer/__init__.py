"""The signer: the only program with the signing key. It trusts nobody's word for what was approved."""
