package web

import (
	"context"
	"crypto/rand"
	"net/http"
	"time"

	jwtmiddleware "github.com/auth0/go-jwt-middleware/v2"
	"github.com/auth0/go-jwt-middleware/v2/validator"
	"github.com/go-chi/jwtauth/v5"
)

const issuer, audience = "https://builds.example/", "builders"

// jwtauthStack is go-chi's middleware, wired as its README says.
func jwtauthStack() (stack, error) {
	auth := jwtauth.New("HS256", []byte(rand.Text()+rand.Text()), nil)
	_, token, err := auth.Encode(map[string]any{
		"iss": issuer, "aud": audience, "sub": "build:42",
		"iat": time.Now().Unix(), "exp": time.Now().Add(3 * time.Hour).Unix(),
	})
	return stack{
		name: "jwtauth", note: "Verifier and Authenticator, HS256; a token cannot be revoked",
		authorization: "Bearer " + token,
		around: func(next http.Handler) http.Handler {
			return jwtauth.Verifier(auth)(jwtauth.Authenticator(auth)(next))
		},
	}, err
}

// auth0Stack is Auth0's middleware, wired as its README says. secret signs tokens.
func auth0Stack() (stack, error) {
	secret := []byte(rand.Text() + rand.Text())
	_, token, err := jwtauth.New("HS256", secret, nil).Encode(map[string]any{
		"iss": issuer, "aud": []string{audience}, "sub": "build:42",
		"iat": time.Now().Unix(), "exp": time.Now().Add(3 * time.Hour).Unix(),
	})
	if err != nil {
		return stack{}, err
	}
	check, err := validator.New(func(context.Context) (any, error) { return secret, nil },
		validator.HS256, issuer, []string{audience})
	if err != nil {
		return stack{}, err
	}
	return stack{
		name: "auth0 go-jwt-middleware", note: "CheckJWT, HS256, issuer and audience; a token cannot be revoked",
		authorization: "Bearer " + token, around: jwtmiddleware.New(check.ValidateToken).CheckJWT,
	}, nil
}
