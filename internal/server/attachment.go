package server

import (
	"context"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/queryset"
)

// keyOf is a key of a project, or of one of its versions, that may read all it
// reaches. Nobody holds it: it asks a queryset what hangs from what.
func keyOf(project, version apikey.ID) apikey.Key {
	return apikey.Key{
		Project:   project,
		Version:   version,
		Permits:   apikey.DefaultCatalog().Reads(),
		AllowList: apikey.AllowList{{Type: "*", ID: "*"}},
	}
}

// CheckAttachment is a [*middleware.Problem], a 400, unless the project is there, the
// version belongs to it, and the build to both. A build needs its version. It is one of
// the four places with authorization of their own: what a key or a build may be attached
// to is asked as a key of that project would be answered, and not the caller.
func CheckAttachment(ctx context.Context, db queryset.DB, project, version, build apikey.ID) error {
	whole := keyOf(project, "")
	if err := belongs(ctx, db, "project", projects.ForKey(whole), project); err != nil {
		return err
	}
	if err := belongs(ctx, db, "version", versions.ForKey(whole), version); err != nil {
		return err
	}
	if build != "" && version == "" {
		return invalidField("version", "is required where a build is given")
	}
	return belongs(ctx, db, "build", builds.ForKey(keyOf(project, version)), build)
}

func belongs(ctx context.Context, db queryset.DB, name string, q queryset.Query, id apikey.ID) error {
	if id == "" {
		return nil
	}
	ok, err := q.Exists(ctx, db, id)
	if err == nil && !ok {
		return invalidField(name, "is not there, or belongs to another")
	}
	return err
}
