package server

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/apikey/keystore"
)

// specFields are what may be said of a key to be made.
var specFields = fields{
	{name: "name", kind: short(100), null: true},
	{name: "project", kind: integer, null: true},
	{name: "version", kind: integer, null: true},
	{name: "build", kind: integer, null: true},
	{name: "scopes", kind: scopeList, null: true},
	{name: "scope", kind: text, null: true},
	{name: "allow_list", kind: targetList, null: true},
	{name: "ttl", kind: positiveDuration, null: true},
	{name: "activate_within", kind: positiveDuration, null: true},
	{name: "max_ttl", kind: positiveDuration, null: true},
}

// specOf is the body as a Spec. What is null or absent is left to the store.
func specOf(in input) keystore.Spec {
	spec := keystore.Spec{
		Project: idOf(in["project"]),
		Version: idOf(in["version"]),
		Build:   idOf(in["build"]),
	}
	spec.Name, _ = in["name"].(string)
	spec.AllowList, _ = in["allow_list"].(apikey.AllowList)
	spec.TTL, _ = in["ttl"].(time.Duration)
	spec.ActivateWithin, _ = in["activate_within"].(time.Duration)
	spec.MaxTTL, _ = in["max_ttl"].(time.Duration)
	if old, given := in["scope"].(string); given {
		spec.Scopes = apikey.Scopes{old}
	}
	if scopes, given := in["scopes"].(apikey.Scopes); given {
		spec.Scopes = scopes // wins over the old single form
	}
	return spec
}

// scopeList keeps an empty list apart from none.
func scopeList(raw json.RawMessage) (any, error) {
	scopes := apikey.Scopes{}
	var words []*string // a null in the list stays one
	if err := json.Unmarshal(raw, &words); err != nil {
		return nil, errors.New("must be a list of names")
	}
	for _, word := range words {
		if word == nil {
			return nil, errors.New("must be a list of names")
		}
		scopes = append(scopes, *word)
	}
	return scopes, nil
}

// targetList keeps an empty list apart from none.
func targetList(raw json.RawMessage) (any, error) {
	var entries []json.RawMessage
	if err := json.Unmarshal(raw, &entries); err != nil {
		return nil, errors.New(`must be a list of "type:id" or {"type", "id"}`)
	}
	targets := make([]apikey.Target, len(entries))
	for i, entry := range entries {
		if err := targets[i].UnmarshalJSON(entry); err != nil {
			return nil, plain(err)
		}
	}
	list, err := apikey.NewAllowList(targets...)
	if err != nil {
		return nil, plain(err)
	}
	if list == nil {
		list = apikey.AllowList{}
	}
	return list, nil
}
