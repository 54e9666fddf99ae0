package server

import (
	"net/http"

	"github.com/buildkey/buildkey/apikey"
)

// running is whether a project has room for one more build.
type running struct {
	LimitReached  bool  `json:"limit_reached"`
	Concurrent    int64 `json:"concurrent"`
	MaxConcurrent int64 `json:"max_concurrent"`
}

// concurrentBuilds answers GET /api/v2/build/concurrent/. It is one of the four
// places with authorization of their own: a build key reaches no build but its
// own, and may still know how many of its project's are running. So the count,
// and nothing but the count, is unscoped, and held to the project that the key
// is attached to; a linked project's slug is as unknown as any other's.
func (s *Server) concurrentBuilds(w http.ResponseWriter, r *http.Request) error {
	slug, err := filter{param: "project__slug", kind: text, quote: true}.read(r.URL.Query().Get("project__slug"))
	if err != nil {
		return err
	}
	ctx := r.Context()
	k, _ := apikey.FromContext(ctx)
	var own project
	if err := projects.For(ctx).Where("slug = ?", slug).Get(ctx, s.db, &own, k.Project); err != nil {
		return err
	}
	n, err := builds.Unscoped("a key may know how many builds its project runs").
		Where("project_id = ?", own.ID).
		Where("state IN ('cloning', 'installing', 'building', 'uploading')").
		Count(ctx, s.db)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, running{n >= own.MaxConcurrentBuilds, n, own.MaxConcurrentBuilds})
}
