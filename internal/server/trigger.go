package server

import (
	"context"
	"net/http"
	"strconv"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/apikey/keystore"
	"github.com/buildkey/buildkey/queryset"
)

var triggerFields = fields{
	{name: "project", kind: integer, column: "project_id"},
	{name: "version", kind: integer, column: "version_id"},
	{name: "commit", kind: text, null: true},
}

// triggered is what a trigger answers: the build, and its key or a handle to it.
type triggered struct {
	Build  object `json:"build"`
	KeyID  string `json:"key_id"`
	Key    string `json:"key,omitempty"`
	Handle string `json:"handle,omitempty"`
}

// triggerBuild answers POST /api/v2/build/. The build and its key come into
// being in one transaction: there is never one without the other.
func (s *Server) triggerBuild(w http.ResponseWriter, r *http.Request) error {
	ctx, sent := r.Context(), readBody(w, r, maxBody)
	in, err := triggerFields.create(sent, "project", "version")
	if err != nil {
		return err
	}
	wrap, err := flag(r, "wrap")
	if err != nil {
		return err
	}
	if err := CheckAttachment(ctx, s.db, idOf(in["project"]), idOf(in["version"]), ""); err != nil {
		return err
	}
	row := triggerFields.values(in)
	row["state"], row["date"] = states[0], momentOf(s.now())
	var answer triggered
	err = s.inTx(ctx, func(tx *queryset.Tx) (err error) {
		answer, err = s.trigger(ctx, tx, row, wrap)
		return err
	})
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusCreated, answer)
}

func (s *Server) trigger(ctx context.Context, tx *queryset.Tx, row queryset.Values, wrap bool) (answer triggered, err error) {
	id, err := builds.For(ctx).Insert(ctx, tx, row)
	if err != nil {
		return answer, err
	}
	_, answer.Build, err = s.builds.get(ctx, tx, id)
	if err != nil {
		return answer, err
	}
	keys, ctx := s.keys.In(tx.Tx), withActor(ctx)
	k, secret, err := keys.Create(ctx, keystore.Spec{Project: idOf(row["project_id"]), Version: idOf(row["version_id"]), Build: id})
	if err != nil {
		return answer, keyProblem(err)
	}
	answer.KeyID = k.ID.String()
	if !wrap {
		answer.Key = secret.Reveal()
		return answer, nil
	}
	handle, err := keys.Wrap(ctx, secret, 0)
	answer.Handle = handle.Reveal()
	return answer, err
}

// idOf is an id that a body gave as a JSON integer, "" for null or none.
func idOf(value any) apikey.ID {
	n, ok := value.(int64)
	if !ok {
		return ""
	}
	return apikey.ID(strconv.FormatInt(n, 10))
}

// flag is a query parameter that is true or false, and false when it is absent.
func flag(r *http.Request, name string) (bool, error) {
	switch r.URL.Query().Get(name) {
	case "true":
		return true, nil
	case "", "false":
		return false, nil
	}
	return false, invalidField(name, "must be true or false")
}
