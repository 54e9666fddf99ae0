package server

import (
	"context"
	"net/http"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/apikey/keystore"
	"github.com/buildkey/buildkey/parser"
	"github.com/buildkey/buildkey/permission"
)

// What the holder of a key does with that key.

// whoami answers GET /api/v2/whoami/.
func (s *Server) whoami(w http.ResponseWriter, r *http.Request) error {
	k, _ := apikey.FromContext(r.Context())
	return writeJSON(w, http.StatusOK, viewKey(k))
}

// deriveKey answers POST /api/v2/keys/derive/.
func (s *Server) deriveKey(w http.ResponseWriter, r *http.Request) error {
	in, err := specFields.create(readBody(w, r, maxBody).orEmpty())
	if err != nil {
		return err
	}
	parent, _ := apikey.FromContext(r.Context())
	return s.mint(w, r, in, func(ctx context.Context, keys *keystore.Store) (apikey.Key, apikey.Secret, error) {
		return keys.Derive(ctx, parent.ID, specOf(in))
	})
}

// renewKey answers POST /api/v2/keys/renew/.
func (s *Server) renewKey(w http.ResponseWriter, r *http.Request) error {
	own, _ := apikey.FromContext(r.Context())
	k, err := s.keys.Renew(r.Context(), own.ID)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, viewKey(k))
}

// revokeKey answers POST /api/v2/revoke/. The secret that is presented proves
// itself, and no verification stands before it: a key that is dead already is
// what was wanted, so that a retry succeeds.
func (s *Server) revokeKey(w http.ResponseWriter, r *http.Request) error {
	raw, err := s.guard.Parser.Parse(r.Header)
	switch err {
	case nil:
	case parser.ErrMissing:
		return permission.Denied(permission.CodeNotAuthenticated, "credentials were not provided")
	default:
		return apikey.ErrMalformed
	}
	return done(w, s.keys.RevokeSecret(r.Context(), raw))
}

// unwrapKey answers POST /api/v2/keys/unwrap/: the key, once.
func (s *Server) unwrapKey(w http.ResponseWriter, r *http.Request) error {
	in, err := fields{{name: "handle", kind: text}}.create(readBody(w, r, maxBody), "handle")
	if err != nil {
		return err
	}
	handle, _ := in["handle"].(string)
	secret, err := s.keys.Unwrap(r.Context(), handle)
	if err != nil {
		return spentProblem(err)
	}
	w.Header().Set("Cache-Control", "no-store")
	return writeJSON(w, http.StatusOK, map[string]string{"key": secret.Reveal()})
}
