package server

import (
	"errors"
	"net/http"

	"github.com/gorilla/mux"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/apikey/keystore"
	"github.com/buildkey/buildkey/internal/keyview"
)

var (
	modes      = oneOf(string(keystore.Listed), string(keystore.Open))
	modeFields = fields{{name: "inbound", kind: modes}, {name: "outbound", kind: modes}}
	linkFields = fields{
		{name: "direction", kind: oneOf(string(keystore.Inbound), string(keystore.Outbound))},
		{name: "project", kind: integer},
		{name: "scopes", kind: scopeList, null: true},
	}
)

// showLinks answers GET /api/v2/project/{id}/links/.
func (s *Server) showLinks(w http.ResponseWriter, r *http.Request) error {
	id, err := s.linkedProject(r)
	if err != nil {
		return err
	}
	return s.writeLinks(w, r, http.StatusOK, id)
}

// addLink answers POST /api/v2/project/{id}/links/.
func (s *Server) addLink(w http.ResponseWriter, r *http.Request) error {
	sent := readBody(w, r, maxBody)
	id, err := s.linkedProject(r)
	if err != nil {
		return err
	}
	in, err := linkFields.create(sent, "direction", "project")
	if err != nil {
		return err
	}
	if err := s.projectExists(r.Context(), in["project"]); err != nil {
		return err
	}
	direction, _ := in["direction"].(string)
	scopes, _ := in["scopes"].(apikey.Scopes)
	err = s.keys.AddLink(withActor(r.Context()), keystore.LinkEdit{
		Project: id, Direction: keystore.Direction(direction), Other: idOf(in["project"]), Scopes: scopes,
	})
	if err != nil {
		return keyProblem(err)
	}
	return s.writeLinks(w, r, http.StatusCreated, id)
}

// setLinkModes answers PATCH /api/v2/project/{id}/links/.
func (s *Server) setLinkModes(w http.ResponseWriter, r *http.Request) error {
	sent := readBody(w, r, maxBody)
	id, err := s.linkedProject(r)
	if err != nil {
		return err
	}
	in, err := modeFields.decode(sent)
	if err != nil {
		return err
	}
	inbound, _ := in["inbound"].(string)
	outbound, _ := in["outbound"].(string)
	err = s.keys.SetLinkMode(withActor(r.Context()), id, keystore.LinkMode(inbound), keystore.LinkMode(outbound))
	if err != nil {
		return keyProblem(err)
	}
	return s.writeLinks(w, r, http.StatusOK, id)
}

// removeLink answers DELETE /api/v2/project/{id}/links/{direction}/{other}/.
func (s *Server) removeLink(w http.ResponseWriter, r *http.Request) error {
	id, err := s.linkedProject(r)
	if err != nil {
		return err
	}
	direction, other := mux.Vars(r)["direction"], mux.Vars(r)["other"]
	err = s.keys.RemoveLink(withActor(r.Context()), id, keystore.Direction(direction), apikey.ID(other))
	if _, unknown := errors.AsType[*keystore.SpecError](err); unknown {
		return apikey.ErrNotFound // no such direction
	}
	return done(w, err)
}

// linkedProject is the project that the path names, which must be there.
func (s *Server) linkedProject(r *http.Request) (apikey.ID, error) {
	id := mux.Vars(r)["id"]
	ok, err := projects.For(r.Context()).Exists(r.Context(), s.db, id)
	if err == nil && !ok {
		err = apikey.ErrNotFound
	}
	return apikey.ID(id), err
}

func (s *Server) writeLinks(w http.ResponseWriter, r *http.Request, status int, id apikey.ID) error {
	settings, err := s.keys.Links(r.Context(), id)
	if err != nil {
		return err
	}
	return writeJSON(w, status, keyview.OfLinks(settings))
}
