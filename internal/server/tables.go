package server

import "github.com/buildkey/buildkey/queryset"

// The tables: how rows hang from project, version and build, which fields a key
// may write, and which rows and fields anyone may read.
var (
	projects = &queryset.Table{
		Name:     "projects",
		Resource: "project",
		Project:  "id",
		Write:    []string{"has_ssh_key_with_write_access"},
		Ancestor: &queryset.Fields{}, // every field read, none written
		Public: &queryset.Public{
			Where: "privacy_level = 'public'",
			Read: []string{"id", "slug", "name", "repo", "language", "default_branch", "privacy_level",
				"max_concurrent_builds", "has_ssh_key_with_write_access"},
		},
	}
	versions = &queryset.Table{
		Name:     "versions",
		Resource: "version",
		Project:  "project_id",
		Version:  "id",
		Parent:   &queryset.Parent{Table: projects, Column: "project_id"},
		Write:    versionResult,
		Ancestor: &queryset.Fields{Write: versionResult},
		Public:   &queryset.Public{Where: "privacy_level = 'public'"},
	}
	builds = &queryset.Table{
		Name:     "builds",
		Resource: "build",
		Project:  "project_id",
		Version:  "version_id",
		Build:    "id",
		Parent:   &queryset.Parent{Table: versions, Column: "version_id"},
		Write:    []string{"state", "success", "error", "commit", "builder", "config", "length", "task_executed_at"},
		Public: &queryset.Public{
			Where: "1 = 1", // wherever the version and its project are public
			Read: []string{"id", "project_id", "version_id", "state", "success", "error", "commit", "config", "length",
				"date", "task_executed_at"},
		},
	}
	commands = &queryset.Table{
		Name:     "commands",
		Resource: "command",
		Build:    "build_id",
		Parent:   &queryset.Parent{Table: builds, Column: "build_id"},
		Write: []string{"command", "description", "output", "exit_code", "start_time", "end_time", "measured",
			"idempotency_key"},
		Public: &queryset.Public{
			Where: "1 = 1", // wherever the build is
			Read: []string{"id", "build_id", "command", "description", "output", "exit_code", "start_time", "end_time",
				"run_time"},
		},
	}
	// subjects are the projects and builds that a notification can be attached
	// to, under the names "project/3" and "build/7". No caller names the table.
	subjects = &queryset.Table{
		Name:     "subjects",
		Resource: "notification",
		ID:       "name",
		Project:  "project_id",
		Version:  "version_id",
		Build:    "build_id",
	}
	notifications = &queryset.Table{
		Name:     "notifications",
		Resource: "notification",
		Parent:   &queryset.Parent{Table: subjects, Column: "attached_to"},
		Write:    []string{"message_id", "state", "dismissable", "format_values"},
	}
)

// versionResult is what a build says of its version.
var versionResult = []string{"built", "documentation_type", "has_pdf", "has_epub", "has_htmlzip", "build_data"}

// tables are all of them, to be checked against the database at start.
func tables() []*queryset.Table {
	return []*queryset.Table{projects, versions, builds, commands, subjects, notifications}
}
