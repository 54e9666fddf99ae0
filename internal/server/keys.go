package server

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/gorilla/mux"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/apikey/keystore"
	"github.com/buildkey/buildkey/queryset"
)

// createKey answers POST /api/v2/keys/.
func (s *Server) createKey(w http.ResponseWriter, r *http.Request) error {
	in, err := specFields.create(readBody(w, r, maxBody), "project")
	if err != nil {
		return err
	}
	spec := specOf(in)
	return s.mint(w, r, in, func(ctx context.Context, keys *keystore.Store) (apikey.Key, apikey.Secret, error) {
		return keys.Create(ctx, spec)
	})
}

// mint answers with a key that make makes, and its secret, this once. Unless the
// key's attachment is whole, nothing is made. The key is made first, so that who
// may not have it learns nothing about what it would be attached to.
func (s *Server) mint(w http.ResponseWriter, r *http.Request, in input, makes func(context.Context, *keystore.Store) (apikey.Key, apikey.Secret, error)) error {
	var made keyView
	ctx := withActor(r.Context())
	err := s.inTx(ctx, func(tx *queryset.Tx) error {
		k, secret, err := makes(ctx, s.keys.In(tx.Tx))
		if err != nil {
			return err
		}
		made = viewKey(k).revealing(secret)
		return CheckAttachment(ctx, tx, k.Project, k.Version, k.Build)
	})
	if err != nil {
		return keyProblem(asSent(in, err))
	}
	return writeJSON(w, http.StatusCreated, made)
}

// listKeys answers GET /api/v2/keys/.
func (s *Server) listKeys(w http.ResponseWriter, r *http.Request) error {
	page, err := pageOf(r)
	if err != nil {
		return err
	}
	f := keystore.Filter{Limit: page.limit, Offset: page.offset}
	if f.Project, err = idParam(r, "project"); err != nil {
		return err
	}
	if f.Version, err = idParam(r, "version"); err != nil {
		return err
	}
	if f.Build, err = idParam(r, "build"); err != nil {
		return err
	}
	if f.Dead, err = flag(r, "include_dead"); err != nil {
		return err
	}
	found, err := s.keys.List(r.Context(), f)
	if err != nil {
		return err
	}
	views := make([]keyView, len(found.Keys))
	for i, k := range found.Keys {
		views[i] = viewKey(k)
	}
	return page.write(w, r, found.Total, views)
}

// idParam is a query parameter that is an id, "" when it is absent.
func idParam(r *http.Request, name string) (apikey.ID, error) {
	if !r.URL.Query().Has(name) {
		return "", nil
	}
	n, err := filter{param: name, kind: integer}.read(r.URL.Query().Get(name))
	return idOf(n), err
}

// showKey answers GET /api/v2/keys/{id}/.
func (s *Server) showKey(w http.ResponseWriter, r *http.Request) error {
	id, err := keyID(r)
	if err != nil {
		return err
	}
	k, err := s.keys.Get(r.Context(), id)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, viewKey(k))
}

// showKeyByName answers GET /api/v2/keys/by-name/{project}/{name}/. A name may
// hold a slash, escaped.
func (s *Server) showKeyByName(w http.ResponseWriter, r *http.Request) error {
	name, err := url.PathUnescape(mux.Vars(r)["name"])
	if err != nil || !utf8.ValidString(name) || strings.Contains(name, "\x00") {
		return apikey.ErrNotFound // no key has such a name
	}
	k, err := s.keys.ByName(r.Context(), apikey.ID(mux.Vars(r)["project"]), name)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, viewKey(k))
}

// deleteKey answers DELETE /api/v2/keys/{id}/.
func (s *Server) deleteKey(w http.ResponseWriter, r *http.Request) error {
	id, err := keyID(r)
	if err != nil {
		return err
	}
	return done(w, s.keys.Delete(withActor(r.Context()), id))
}

// expireKey answers PUT /api/v2/keys/{id}/expire/.
func (s *Server) expireKey(w http.ResponseWriter, r *http.Request) error {
	id, grace, err := s.keyAndDelay(w, r, "grace")
	if err != nil {
		return err
	}
	return done(w, deadKeyProblem(s.keys.Revoke(withActor(r.Context()), id, grace)))
}

// rotateKey answers POST /api/v2/keys/{id}/rotate/.
func (s *Server) rotateKey(w http.ResponseWriter, r *http.Request) error {
	id, overlap, err := s.keyAndDelay(w, r, "overlap")
	if err != nil {
		return err
	}
	k, secret, err := s.keys.Rotate(withActor(r.Context()), id, overlap)
	if err != nil {
		return deadKeyProblem(err)
	}
	return writeJSON(w, http.StatusCreated, viewKey(k).revealing(secret))
}

// keyAndDelay reads the key that the path names, which must be there, and the
// one duration that the body may hold.
func (s *Server) keyAndDelay(w http.ResponseWriter, r *http.Request, name string) (id uuid.UUID, delay time.Duration, err error) {
	sent := readBody(w, r, maxBody).orEmpty()
	if id, err = keyID(r); err != nil {
		return id, 0, err
	}
	if _, err := s.keys.Get(r.Context(), id); err != nil {
		return id, 0, err
	}
	in, err := fields{{name: name, kind: duration, null: true}}.decode(sent)
	delay, _ = in[name].(time.Duration)
	return id, delay, err
}

// keyID is the key that the path names, in the one form of a UUID that answers
// have.
func keyID(r *http.Request) (uuid.UUID, error) {
	given := mux.Vars(r)["id"]
	id, err := uuid.Parse(given)
	if err != nil || id.String() != given {
		return uuid.Nil, apikey.ErrNotFound
	}
	return id, nil
}
