// Package queryset makes SQL that cannot reach beyond a key's build, version or
// project.
//
// Declare once how the rows of each table belong to them, and let every handler
// start from the declaration:
//
//	var Builds = &queryset.Table{
//		Name: "builds", Resource: "build",
//		Project: "project_id", Version: "version_id", Build: "id",
//		Write: []string{"state", "success"},
//	}
//	var Commands = &queryset.Table{
//		Name: "commands", Resource: "command",
//		Build:  "build_id", Parent: &queryset.Parent{Table: Builds, Column: "build_id"},
//		Write:  []string{"command", "exit_code"},
//	}
//
//	err := Builds.For(ctx).Where("state = ?", "triggered").Select(ctx, db, &builds)
//
// # What a key reaches
//
//	a row of the key's own build, version or project   by the table's columns, or its Parent's
//	the row above: a build key's version and project   the fields that Ancestor names
//	a row of a linked project                          for what the link permits
//	any other row                                      nothing: it reads like one that is absent
//
// The key's scopes say what may be done there ("build:read", "build:update"), its
// allow list narrows the rows, Read and Write the columns. An Insert must lie in
// reach with its attachment and its parent.
//
// The scope is part of the one statement that reads or writes: nothing is
// fetched first and checked afterwards. Where the request carries no key, only
// rows that the table declares [Public] can be read; with neither, every method
// says [ErrUnscoped]. [Check] tells at start what is wrong with the
// declarations.
//
// # What is answered
//
//	ErrNotFound    the row is absent or out of reach
//	ErrForbidden   a scope, a column or the place of a new row is not the key's
//	ErrBadValue    there is nothing to write, or a value that its column does not take
//	ErrUnscoped    nobody said whose rows to look at
//
// They are apikey's, and the middleware answers them with 404, 403, 400 and
// 500. When the database could not answer, the error matches
// [apikey.ErrUnavailable], which is a 503. So a handler can decode a body into
// [Values] and give them to Update or Insert, and return the error.
//
// # Statements written by hand
//
// Joins, aggregates and common table expressions take their scope from
// [Query.Predicate]. In a join, give each table that a key must be held to a
// predicate of its own, under its own alias; put the predicate into the WHERE
// of an aggregate; put it into a common table expression once, and let the rest
// read from that. The examples show each.
//
// # Ids
//
// The id of a row and the columns that hold attachments are integers, UUIDs or
// text. An id is compared in the type of its column, so that indexes are used,
// and equals only what is equal in every byte. One that is not in the canonical
// form of that type (an integer with a leading zero, a UUID in braces) names no
// row and is never sent.
//
// # SQLite
//
// A column of SQLite's stores values of any type, unless its table is STRICT.
// For one that is declared as an integer or as a floating point number
// (INTEGER, BIGINT, REAL, DOUBLE), what becomes no such number is [ErrBadValue],
// as on PostgreSQL, and so are bytes: every read of that row into a number would
// fail. Other types, such as BOOLEAN, DATETIME, DECIMAL and INTERVAL, are not
// looked at: a key may put a word into such a column that it may write. Declare
// the tables STRICT, which has no such types, or give those columns a CHECK; the
// word is then ErrBadValue, too.
//
// A time.Time is not looked at either, in any column: whether it is sent as text
// or as an integer is for SQLite's driver to know. Into a column of integers it
// comes from the application's own code, since JSON has no times.
//
// # What is remembered
//
// For each *sqlx.DB the columns of its tables are learned once, and the
// statements of the last 256 shapes are kept, prepared. A shape is a table, a
// level, a method and the text of conditions: conditions with arguments rather
// than literals keep them few. After a change of schema they are learned and
// prepared again. [Begin] starts a transaction that uses them.
package queryset
