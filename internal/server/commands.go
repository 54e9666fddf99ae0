package server

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/queryset"
)

// command is a row of commands.
type command struct {
	ID          int64    `db:"id" json:"id"`
	Build       int64    `db:"build_id" json:"build"`
	Command     string   `db:"command" json:"command"`
	Description *string  `db:"description" json:"description"`
	Output      *string  `db:"output" json:"output"`
	ExitCode    *int64   `db:"exit_code" json:"exit_code"`
	StartTime   *moment  `db:"start_time" json:"start_time"`
	EndTime     *moment  `db:"end_time" json:"end_time"`
	RunTime     *runTime `db:"run_time" json:"run_time"`
}

// commandBrief is a command without its output.
type commandBrief struct {
	ID          int64    `db:"id" json:"id"`
	Build       int64    `db:"build_id" json:"build"`
	Command     string   `db:"command" json:"command"`
	Description *string  `db:"description" json:"description"`
	ExitCode    *int64   `db:"exit_code" json:"exit_code"`
	StartTime   *moment  `db:"start_time" json:"start_time"`
	EndTime     *moment  `db:"end_time" json:"end_time"`
	RunTime     *runTime `db:"run_time" json:"run_time"`
}

// runTime is a number of seconds. One below zero, which a clock that was set back
// makes of the times, says nothing: it is shown as null.
type runTime float64

// MarshalJSON is the number or null.
func (t runTime) MarshalJSON() ([]byte, error) {
	if t < 0 {
		return []byte("null"), nil
	}
	return json.Marshal(float64(t))
}

var commandFields = fields{
	{name: "id", kind: integer, fixed: true},
	{name: "build", kind: integer, column: "build_id", null: true, fixed: true},
	{name: "command", kind: text},
	{name: "description", kind: text, null: true},
	{name: "output", kind: text, null: true},
	{name: "exit_code", kind: integer, null: true},
	{name: "start_time", kind: timestamp, null: true},
	{name: "end_time", kind: timestamp, null: true},
	{name: "run_time", kind: seconds, column: "measured", null: true},
}

func (s *Server) newCommands() resource[command] {
	return resource[command]{db: s.db, table: commands, fields: commandFields}
}

// createCommand answers POST /api/v2/command/. With an Idempotency-Key that the
// build has seen, it answers with what that made.
func (s *Server) createCommand(w http.ResponseWriter, r *http.Request) error {
	sent := readBody(w, r, maxCommandBody)
	if err := s.commands.permits(r.Context(), s.db, "create"); err != nil {
		return err
	}
	row, err := newCommand(r, sent)
	if err != nil {
		return err
	}
	status, shown, err := s.commands.insertOnce(r.Context(), row, func(ctx context.Context) (apikey.ID, error) {
		return s.commands.first(ctx, s.commands.theSame("build_id = ? AND idempotency_key = ?", row["build_id"], row["idempotency_key"]))
	})
	if err != nil {
		return err
	}
	return writeJSON(w, status, shown)
}

// newCommand is the row that a request asks for. A build key may leave out the
// build, since it has just one.
func newCommand(r *http.Request, sent body) (queryset.Values, error) {
	in, err := commandFields.without("id").create(sent, "command")
	if err != nil {
		return nil, err
	}
	if in["build"] == nil {
		k, _ := apikey.FromContext(r.Context())
		if in["build"], err = integer([]byte(k.Build)); err != nil {
			return nil, invalidField("build", "is required, since the key is attached to no build")
		}
	}
	row := commandFields.values(in)
	once, err := idempotencyKey(r)
	if err != nil {
		return nil, err
	}
	if once != "" {
		row["idempotency_key"] = once
	}
	return row, nil
}

// patchCommand answers PATCH /api/v2/command/{id}/, with room for its output.
func (s *Server) patchCommand(w http.ResponseWriter, r *http.Request) error {
	return s.commands.patchUpTo(w, r, maxCommandBody)
}
