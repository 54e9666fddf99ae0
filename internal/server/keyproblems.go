package server

import (
	"errors"
	"strings"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/apikey/keystore"
	"github.com/buildkey/buildkey/middleware"
)

// keyProblem is the answer to what the store refuses. What it does not know
// stays as it is.
func keyProblem(err error) error {
	if bad, ok := errors.AsType[*keystore.SpecError](err); ok {
		problems := make([]middleware.FieldProblem, len(bad.Fields))
		for i, f := range bad.Fields {
			problems[i] = middleware.FieldProblem{Field: f.Field, Detail: f.Detail}
		}
		return invalid(problems...)
	}
	if wide, ok := errors.AsType[*keystore.DeriveError](err); ok {
		return forbiddenField(wide.Field, wide.Detail)
	}
	switch {
	case errors.Is(err, keystore.ErrNameTaken):
		return conflict("name_taken", plain(keystore.ErrNameTaken).Error())
	case errors.Is(err, keystore.ErrLinkExists):
		return conflict("link_exists", plain(keystore.ErrLinkExists).Error())
	case errors.Is(err, keystore.ErrHandleUnknown):
		return apikey.ErrNotFound
	case errors.Is(err, keystore.ErrHandleSpent):
		return gone("handle_spent", plain(keystore.ErrHandleSpent).Error())
	}
	return err
}

// asSent names scopes by the field that the body said them in.
func asSent(in input, err error) error {
	if in["scopes"] != nil || in["scope"] == nil {
		return err
	}
	if bad, ok := errors.AsType[*keystore.SpecError](err); ok {
		for i, f := range bad.Fields {
			if f.Field == "scopes" {
				bad.Fields[i].Field = "scope"
			}
		}
	}
	if wide, ok := errors.AsType[*keystore.DeriveError](err); ok && wide.Field == "scopes" {
		wide.Field = "scope"
	}
	return err
}

// deadKeyProblem is keyProblem where the key in question is not the caller's
// own: that it is dead is a conflict, and no fault of the caller's credential.
func deadKeyProblem(err error) error {
	if errors.Is(err, apikey.ErrInvalid) {
		return conflict("dead_key", plain(err).Error())
	}
	return keyProblem(err)
}

// spentProblem is keyProblem for a handle, whose key may have died meanwhile.
func spentProblem(err error) error {
	if errors.Is(err, apikey.ErrInvalid) {
		return gone("dead_key", plain(err).Error())
	}
	return keyProblem(err)
}

// plain is an error without the name of its package, for callers.
func plain(err error) error {
	if _, rest, ok := strings.Cut(err.Error(), ": "); ok {
		return errors.New(rest)
	}
	return err
}
