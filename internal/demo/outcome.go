package demo

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// outcome is what the server knows when the build is over.
type outcome struct {
	build   buildRow
	version versionRow
	key     keyRow
}

type buildRow struct {
	ID       int64
	Version  int64
	State    string
	Success  *bool
	Error    *string
	Commit   *string
	Commands []commandRow
}

type commandRow struct {
	Command  string
	ExitCode *int     `json:"exit_code"`
	RunTime  *float64 `json:"run_time"`
}

type versionRow struct {
	Slug      string
	Built     bool
	DocType   *string        `json:"documentation_type"`
	BuildData map[string]any `json:"build_data"`
}

type keyRow struct {
	ActivatedAt *time.Time `json:"activated_at"`
	ExpiresAt   *time.Time `json:"expires_at"`
	RevokedAt   *time.Time `json:"revoked_at"`
}

// readOutcome asks as staff.
func (s *stage) readOutcome(ctx context.Context) (o outcome, err error) {
	if err := s.staff.want(ctx, http.MethodGet, s.build.path(), nil, &o.build); err != nil {
		return o, err
	}
	if err := s.staff.want(ctx, http.MethodGet, fmt.Sprintf("/api/v2/version/%d/", o.build.Version), nil, &o.version); err != nil {
		return o, err
	}
	return o, s.staff.want(ctx, http.MethodGet, "/api/v2/keys/"+s.build.keyID+"/", nil, &o.key)
}

// failure is what of the build did not go well.
func (o outcome) failure() error {
	switch {
	case o.build.State != "finished" || o.build.Success == nil:
		return fmt.Errorf("demo: build %d is %s and not finished: see what the worker says", o.build.ID, o.build.State)
	case !*o.build.Success && o.build.Error != nil:
		return fmt.Errorf("demo: build %d failed: %s", o.build.ID, *o.build.Error)
	case !*o.build.Success:
		return fmt.Errorf("demo: build %d failed", o.build.ID)
	case !o.version.Built:
		return fmt.Errorf("demo: version %s has no result", o.version.Slug)
	case o.key.RevokedAt == nil:
		return fmt.Errorf("demo: the key was not revoked")
	}
	return nil
}
