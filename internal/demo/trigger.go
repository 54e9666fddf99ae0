package demo

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
)

// trial is a build that was triggered. What stands for its key is a handle.
type trial struct {
	id     int64
	keyID  string
	handle string
}

func (t trial) path() string { return fmt.Sprintf("/api/v2/build/%d/", t.id) }

// object is a JSON object to send.
type object map[string]any

// trigger makes a private project of the repository, and triggers a build of it,
// and a second one that nobody works on.
func (s *stage) trigger(ctx context.Context) error {
	var project, version struct{ ID int64 }
	err := s.staff.want(ctx, http.MethodPost, "/api/v2/project/", object{
		"slug": "demo", "name": s.source.name, "repo": filepath.ToSlash(s.source.path), "privacy_level": "private"}, &project)
	if err != nil {
		return err
	}
	err = s.staff.want(ctx, http.MethodPost, "/api/v2/version/", object{
		"project": project.ID, "slug": "latest", "identifier": s.identifier(), "type": "branch", "privacy_level": "private"}, &version)
	if err != nil {
		return err
	}
	for _, t := range []*trial{&s.build, &s.sibling} {
		if *t, err = s.triggerOne(ctx, project.ID, version.ID); err != nil {
			return err
		}
	}
	s.step("trigger", "build %d, and build %d beside it", s.build.id, s.sibling.id)
	s.step("key", "%s, for build %d", s.build.keyID, s.build.id)
	return nil
}

// identifier is what the version follows.
func (s *stage) identifier() string {
	if s.source.branch == "" {
		return s.source.commit
	}
	return s.source.branch
}

func (s *stage) triggerOne(ctx context.Context, project, version int64) (trial, error) {
	var made struct {
		Build  struct{ ID int64 }
		KeyID  string `json:"key_id"`
		Handle string
	}
	err := s.staff.want(ctx, http.MethodPost, "/api/v2/build/?wrap=true",
		object{"project": project, "version": version, "commit": s.source.commit}, &made)
	return trial{made.Build.ID, made.KeyID, made.Handle}, err
}
