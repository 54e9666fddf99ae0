package server

import (
	"net/http"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/apikey/keystore"
)

// showScopes answers GET /api/v2/keys/scopes/.
func (s *Server) showScopes(w http.ResponseWriter, _ *http.Request) error {
	scopes, bundles := s.keys.Catalog().Public()
	return writeJSON(w, http.StatusOK, struct {
		Scopes  apikey.Scopes            `json:"scopes"`
		Bundles map[string]apikey.Scopes `json:"bundles"`
	}{scopes, bundles})
}

// showKeyConfig answers GET /api/v2/keys/config/, in seconds.
func (s *Server) showKeyConfig(w http.ResponseWriter, _ *http.Request) error {
	spec, limits := s.keys.Lifetimes(keystore.Spec{})
	return writeJSON(w, http.StatusOK, map[string]float64{
		"ttl":                 spec.TTL.Seconds(),
		"max_ttl":             limits.MaxTTL.Seconds(),
		"activate_within":     spec.ActivateWithin.Seconds(),
		"max_activate_within": limits.MaxActivateWithin.Seconds(),
	})
}
