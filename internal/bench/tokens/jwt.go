package tokens

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// newHS256 is golang-jwt with a shared secret.
func newHS256() (scheme, error) {
	ours, theirs := []byte(rand.Text()+rand.Text()), []byte(rand.Text()+rand.Text())
	return newJWT(jwt.SigningMethodHS256, ours, ours, theirs)
}

// newES256 is golang-jwt with a key pair.
func newES256() (scheme, error) {
	ours, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return scheme{}, err
	}
	theirs, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return scheme{}, err
	}
	return newJWT(jwt.SigningMethodES256, ours, &ours.PublicKey, theirs)
}

// newJWT checks tokens as the documentation says: one parser for all, bound to one
// algorithm, into registered claims.
func newJWT(method jwt.SigningMethod, sign, verify, foreign any) (scheme, error) {
	claims := jwt.RegisteredClaims{
		Issuer: "buildkey", Subject: "build:42", Audience: jwt.ClaimStrings{"builders"},
		IssuedAt: jwt.NewNumericDate(time.Now()), ExpiresAt: jwt.NewNumericDate(time.Now().Add(3 * time.Hour)),
	}
	good, err := jwt.NewWithClaims(method, claims).SignedString(sign)
	forged, errForged := jwt.NewWithClaims(method, claims).SignedString(foreign)
	if err := errors.Join(err, errForged); err != nil {
		return scheme{}, err
	}
	parser := jwt.NewParser(jwt.WithValidMethods([]string{method.Alg()}), jwt.WithExpirationRequired())
	keyFunc := func(*jwt.Token) (any, error) { return verify, nil }
	return scheme{
		name: "golang-jwt " + method.Alg(), good: good, forged: forged,
		note: "signature and expiry of five claims; needs no record of the token, and cannot be revoked without one",
		accepts: func(raw string) bool {
			var got jwt.RegisteredClaims
			token, err := parser.ParseWithClaims(raw, &got, keyFunc)
			return err == nil && token.Valid
		},
	}, nil
}
