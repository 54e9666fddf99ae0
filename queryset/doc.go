// Package queryset makes SQL that cannot leave a key's build, version or
// project.
//
// Declare once how the rows of each table hang from them, and let every handler
// start from the declaration:
//
//	var Builds = &queryset.Table{
//		Name: "builds", Resource: "build",
//		Project: "project_id", Version: "version_id", Build: "id",
//		Write: []string{"state", "success"},
//	}
//	var Commands = &queryset.Table{
//		Name: "commands", Resource: "command",
//		Parent: &queryset.Parent{Table: Builds, Column: "build_id"},
//		Write:  []string{"command", "exit_code"},
//	}
//
//	err := Builds.For(ctx).Where("state = ?", "triggered").Select(ctx, db, &builds)
//
// The scope is part of the one statement that reads or writes: nothing is
// fetched first and checked after. Where the request carries no key, only rows
// that the table declares [Public] can be read; with neither, every method says
// [ErrUnscoped]. [Check] tells at start what is wrong with the declarations.
//
// Statements written by hand (joins, aggregates, common table expressions) take
// their scope from [Query.Predicate].
package queryset
