package server

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/queryset"
)

// variable is one environment variable of a project.
type variable struct {
	Value  string `json:"value"`
	Public bool   `json:"public"`
}

// chooseEnvironment leaves of each project's variables those that the caller may
// know. It is one of the four places with authorization of their own, since the
// choice is within one field. The attacker is the author of a pull request, whose
// build runs code that nobody has reviewed: a key attached to an external version,
// or to a build of one, gets public variables only, and so does a visitor from
// a linked project. What cannot be told counts as external. Callers without a
// key are staff; everybody else cannot read the field at all.
func chooseEnvironment(ctx context.Context, db queryset.DB, rows []project, _ bool) error {
	k, ok := apikey.FromContext(ctx)
	if !ok || len(rows) == 0 {
		return nil
	}
	trusted, err := buildsReviewedCode(ctx, db, k)
	if err != nil {
		return err
	}
	for i, row := range rows {
		if trusted && idOf(row.ID) == k.Project {
			continue
		}
		if rows[i].Environment, err = publicOnly(row.Environment); err != nil {
			return err
		}
	}
	return nil
}

// buildsReviewedCode tells whether the key's version is the project's own. It
// looks through the eyes of a key of the whole project, since the key itself
// may not be allowed to read versions.
func buildsReviewedCode(ctx context.Context, db queryset.DB, k apikey.Key) (bool, error) {
	if k.Level() == apikey.LevelProject {
		return true, nil
	}
	own := versions.ForKey(keyOf(k.Project, ""))
	internal, err := own.Where("type <> 'external'").Exists(ctx, db, string(k.Version))
	if errors.Is(err, apikey.ErrNotFound) {
		return false, nil
	}
	return internal, err
}

// publicOnly drops the variables that are not public.
func publicOnly(all jsonText) (jsonText, error) {
	var named map[string]variable
	if err := json.Unmarshal([]byte(all), &named); err != nil {
		return "", err
	}
	for name, v := range named {
		if !v.Public {
			delete(named, name)
		}
	}
	text, err := json.Marshal(named)
	return jsonText(text), err
}

// variables is the kind of environment_variables: {NAME: {value, public}}. One
// that does not say is not public.
func variables(raw json.RawMessage) (any, error) {
	wrong := errors.New(`must be an object of names, each with {"value": "…", "public": true or false}`)
	all, err := body{data: raw}.members()
	if err != nil {
		return nil, wrong
	}
	named := make(map[string]variable, len(all))
	for _, m := range all {
		v, err := variableOf(m)
		if err != nil {
			return nil, wrong
		}
		named[m.name] = v
	}
	text, err := json.Marshal(named)
	return jsonText(text), err
}

var variableFields = fields{{name: "value", kind: text}, {name: "public", kind: boolean}}

func variableOf(m member) (v variable, err error) {
	in, err := variableFields.create(body{data: bytes.TrimSpace(m.value)}, "value")
	if err != nil {
		return v, err
	}
	if !isVariableName(m.name) {
		return v, errors.New("server: no name of a variable")
	}
	v.Value, _ = in["value"].(string)
	v.Public, _ = in["public"].(bool)
	return v, nil
}

// isVariableName is POSIX's rule for names, with lower case as shells have it.
func isVariableName(s string) bool {
	for i := range len(s) {
		c := s[i]
		letter := c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return s != ""
}
