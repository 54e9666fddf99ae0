package server

import "net/http"

// project is a row of projects.
type project struct {
	ID                  int64    `db:"id" json:"id"`
	Slug                string   `db:"slug" json:"slug"`
	Name                string   `db:"name" json:"name"`
	Repo                *string  `db:"repo" json:"repo"`
	Language            *string  `db:"language" json:"language"`
	DefaultBranch       *string  `db:"default_branch" json:"default_branch"`
	PrivacyLevel        string   `db:"privacy_level" json:"privacy_level"`
	MaxConcurrentBuilds int64    `db:"max_concurrent_builds" json:"max_concurrent_builds"`
	Environment         jsonText `db:"environment_variables" json:"environment_variables"`
	HasSSHKey           bool     `db:"has_ssh_key_with_write_access" json:"has_ssh_key_with_write_access"`
}

var privacy = oneOf("public", "private")

var projectFields = fields{
	{name: "id", kind: integer, fixed: true},
	{name: "slug", kind: slug},
	{name: "name", kind: short(200)},
	{name: "repo", kind: text, null: true},
	{name: "language", kind: text, null: true},
	{name: "default_branch", kind: text, null: true},
	{name: "privacy_level", kind: privacy},
	{name: "max_concurrent_builds", kind: natural},
	{name: "environment_variables", kind: variables},
	{name: "has_ssh_key_with_write_access", kind: boolean},
}

func (s *Server) newProjects() resource[project] {
	return resource[project]{
		db:      s.db,
		table:   projects,
		fields:  projectFields,
		filters: []filter{{param: "slug", cond: "slug = ?", kind: text, quote: true}},
		dress:   chooseEnvironment,
	}
}

// createProject answers POST /api/v2/project/.
func (s *Server) createProject(w http.ResponseWriter, r *http.Request) error {
	in, err := projectFields.without("id").create(readBody(w, r, maxBody), "slug")
	if err != nil {
		return err
	}
	in.or(input{
		"name":                          in["slug"],
		"privacy_level":                 "public",
		"max_concurrent_builds":         int64(4),
		"environment_variables":         jsonText("{}"),
		"has_ssh_key_with_write_access": false,
	})
	shown, err := s.projects.insert(r.Context(), s.db, projectFields.values(in))
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusCreated, shown)
}
