package server

import (
	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/internal/keyview"
)

// keyView is all of a key as JSON. It holds no secret, but for Key in the one
// answer that tells it.
type keyView struct {
	keyview.Record
	Permits  apikey.Scopes  `json:"permits"`
	Links    []keyview.Link `json:"links"`
	LinksCut bool           `json:"links_cut"`
	Key      string         `json:"key,omitempty"`
}

func viewKey(k apikey.Key) keyView {
	return keyView{Record: keyview.Of(k), Permits: k.Permits, Links: keyview.Links(k.Links), LinksCut: k.LinksCut}
}

// revealing is the view with the secret, for the answer that makes it known.
func (v keyView) revealing(secret apikey.Secret) keyView {
	v.Key = secret.Reveal()
	return v
}
