package keystore

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"fmt"

	"github.com/buildkey/buildkey/apikey"
	"github.com/google/uuid"
)

// A handle is made like a key, with an h after the prefix: the key's id, 256
// random bits, a check. The store keeps the SHA-256 of the random part alone, and
// with it the key's secret under AES-256-GCM, whose key comes from the random
// part by HKDF-SHA256 (RFC 5869). So neither the table nor the queue's message
// opens anything alone.

const handleInfo = "buildkey handle v1"

// sealer is the cipher that a handle's random part stands for. It seals one
// message only.
func sealer(part string) (cipher.AEAD, error) {
	key, err := hkdf.Key(sha256.New, []byte(part), nil, handleInfo, 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// seal hides secret under a handle's random part, for the key of that id alone.
func seal(part string, id uuid.UUID, secret apikey.Secret) ([]byte, error) {
	aead, err := sealer(part)
	if err != nil {
		return nil, fmt.Errorf("keystore: cannot seal: %w", err)
	}
	return aead.Seal(nil, nil, []byte(secret.Reveal()), id[:]), nil
}

// unseal is the reverse. Its error means that the row was tampered with.
func unseal(part string, id uuid.UUID, sealed []byte) (apikey.Secret, error) {
	aead, err := sealer(part)
	if err != nil {
		return apikey.Secret{}, fmt.Errorf("keystore: cannot unseal: %w", err)
	}
	text, err := aead.Open(nil, nil, sealed, id[:])
	if err != nil {
		return apikey.Secret{}, fmt.Errorf("keystore: the sealed secret of key %s was altered: %w", id, err)
	}
	return apikey.NewSecret(string(text)), nil
}
