package server

import (
	"context"
	"net/http"
)

// version is a row of versions.
type version struct {
	ID                int64     `db:"id" json:"id"`
	Project           int64     `db:"project_id" json:"project"`
	Slug              string    `db:"slug" json:"slug"`
	Identifier        *string   `db:"identifier" json:"identifier"`
	Type              string    `db:"type" json:"type"`
	Active            bool      `db:"active" json:"active"`
	PrivacyLevel      string    `db:"privacy_level" json:"privacy_level"`
	Built             bool      `db:"built" json:"built"`
	DocumentationType *string   `db:"documentation_type" json:"documentation_type"`
	HasPDF            bool      `db:"has_pdf" json:"has_pdf"`
	HasEpub           bool      `db:"has_epub" json:"has_epub"`
	HasHTMLZip        bool      `db:"has_htmlzip" json:"has_htmlzip"`
	BuildData         *jsonText `db:"build_data" json:"build_data"`
}

var versionFields = fields{
	{name: "id", kind: integer, fixed: true},
	{name: "project", kind: integer, column: "project_id", fixed: true},
	{name: "slug", kind: slug},
	{name: "identifier", kind: text, null: true},
	{name: "type", kind: oneOf("branch", "tag", "external")},
	{name: "active", kind: boolean},
	{name: "privacy_level", kind: privacy},
	{name: "built", kind: boolean},
	{name: "documentation_type", kind: text, null: true},
	{name: "has_pdf", kind: boolean},
	{name: "has_epub", kind: boolean},
	{name: "has_htmlzip", kind: boolean},
	{name: "build_data", kind: jsonObject, null: true},
}

// inProject narrows rows that have a project_id by their project's slug.
var inProject = filter{
	param: "project__slug",
	cond:  "project_id IN (SELECT id FROM projects WHERE slug = ?)",
	kind:  text,
	quote: true,
}

func (s *Server) newVersions() resource[version] {
	return resource[version]{
		db:      s.db,
		table:   versions,
		fields:  versionFields,
		filters: []filter{inProject, {param: "active", cond: "active = ?", kind: boolean}},
	}
}

// createVersion answers POST /api/v2/version/.
func (s *Server) createVersion(w http.ResponseWriter, r *http.Request) error {
	in, err := versionFields.without("id").create(readBody(w, r, maxBody), "project", "slug")
	if err != nil {
		return err
	}
	if err := s.projectExists(r.Context(), in["project"]); err != nil {
		return err
	}
	in.or(input{
		"type": "branch", "active": true, "privacy_level": "public",
		"built": false, "has_pdf": false, "has_epub": false, "has_htmlzip": false,
	})
	shown, err := s.versions.insert(r.Context(), s.db, versionFields.values(in))
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusCreated, shown)
}

// projectExists is a 400 for a body that names a project which is not there.
func (s *Server) projectExists(ctx context.Context, id any) error {
	ok, err := projects.For(ctx).Exists(ctx, s.db, id)
	if err == nil && !ok {
		return invalidField("project", "is not there")
	}
	return err
}
