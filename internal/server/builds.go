package server

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/queryset"
)

// build is a row of builds. Commands is nil for a caller who may not read any.
type build struct {
	ID             int64     `db:"id" json:"id"`
	Project        int64     `db:"project_id" json:"project"`
	Version        int64     `db:"version_id" json:"version"`
	State          string    `db:"state" json:"state"`
	Success        *bool     `db:"success" json:"success"`
	Error          *string   `db:"error" json:"error"`
	Commit         *string   `db:"commit" json:"commit"`
	Builder        *string   `db:"builder" json:"builder"`
	Config         *jsonText `db:"config" json:"config"`
	Length         *int64    `db:"length" json:"length"`
	Date           moment    `db:"date" json:"date"`
	TaskExecutedAt *moment   `db:"task_executed_at" json:"task_executed_at"`
	Commands       []object  `db:"-" json:"commands"`
}

var buildFields = fields{
	{name: "id", kind: integer, fixed: true},
	{name: "project", kind: integer, column: "project_id", fixed: true},
	{name: "version", kind: integer, column: "version_id", fixed: true},
	{name: "state", kind: oneOf(states...)},
	{name: "success", kind: boolean, null: true},
	{name: "error", kind: text, null: true},
	{name: "commit", kind: text, null: true},
	{name: "builder", kind: text, null: true},
	{name: "config", kind: jsonObject, null: true},
	{name: "length", kind: natural, null: true},
	{name: "date", kind: timestamp},
	{name: "task_executed_at", kind: timestamp, null: true},
	{name: "commands", kind: anyArray, fixed: true}, // they have an address of their own
}

func (s *Server) newBuilds() resource[build] {
	return resource[build]{
		db:     s.db,
		table:  builds,
		fields: buildFields,
		filters: []filter{
			inProject,
			{param: "commit", cond: `"commit" = ?`, kind: text, quote: true},
			{param: "state", cond: "state = ?", kind: oneOf(states...), quote: true},
		},
		dress: addCommands,
	}
}

// addCommands shows each build with its commands: a build of a list without
// their output, which can be megabytes each.
func addCommands(ctx context.Context, db queryset.DB, rows []build, listed bool) error {
	if len(rows) == 0 {
		return nil
	}
	if listed {
		return attach(ctx, db, rows, func(c commandBrief) int64 { return c.Build })
	}
	return attach(ctx, db, rows, func(c command) int64 { return c.Build })
}

// listsCommands tells whether a body repeats the commands as a list of builds
// shows them. Builders send back whole objects, of lists too.
func (b build) listsCommands(given any) bool {
	said, ok := given.(jsonText)
	if !ok {
		return false
	}
	brief := make([]object, len(b.Commands))
	for i, c := range b.Commands {
		brief[i] = slices.DeleteFunc(slices.Clone(c), func(m member) bool { return m.name == "output" })
	}
	text, err := json.Marshal(brief)
	return err == nil && sameJSON(text, []byte(said))
}

// attach finds the commands of all rows in one statement.
func attach[C any](ctx context.Context, db queryset.DB, rows []build, of func(C) int64) error {
	var found []C
	err := hangingFrom(ctx, rows).OrderBy("id").Select(ctx, db, &found)
	if errors.Is(err, apikey.ErrForbidden) {
		return nil // who may read no commands sees builds without the field
	}
	if err != nil {
		return err
	}
	shown, err := resource[C]{table: commands}.show(ctx, db, found, true)
	if err != nil {
		return err
	}
	for i := range rows {
		rows[i].Commands = []object{}
	}
	for i, c := range found {
		at := slices.IndexFunc(rows, func(b build) bool { return b.ID == of(c) })
		rows[at].Commands = append(rows[at].Commands, shown[i])
	}
	return nil
}

// hangingFrom are the commands of builds, of which there is at least one.
func hangingFrom(ctx context.Context, rows []build) queryset.Query {
	ids := make([]any, len(rows))
	for i, row := range rows {
		ids[i] = row.ID
	}
	marks := strings.Repeat(", ?", len(ids))[len(", "):]
	return commands.For(ctx).Where("build_id IN ("+marks+")", ids...)
}
