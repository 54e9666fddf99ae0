package worker

import "context"

// confirm finds out what became of a call that ends the build, after err left it in
// doubt. It takes the grace at most, also when ctx has ended: the build is read, and
// if it has not ended the same call is made once more. What is still not known then
// is [ErrUnsure]; an end that is not the one asked for was someone else's, [ErrFinal].
func (s *session) confirm(ctx context.Context, set fields, err error) error {
	ctx, cancel := s.closing(ctx)
	defer cancel()
	s.cfg.Logger.Warn("the server is asked whether the build has ended", "build", s.cfg.Build, "error", err)
	now, err := s.api.build(ctx, s.cfg.Build)
	switch {
	case err != nil:
		return s.doubt(err)
	case final(now.State):
		return s.ended(now, set)
	}
	if err := s.api.patchBuild(ctx, s.cfg.Build, set); err != nil {
		return s.doubt(err)
	}
	s.result.State, _ = set["state"].(string)
	return nil
}

// ended takes the end of the build as the server has it.
func (s *session) ended(now build, set fields) error {
	s.result.State = now.State
	s.result.Success = now.Success != nil && *now.Success
	if !now.has(set) {
		return ErrFinal
	}
	return nil
}

// doubt logs why the end of the build is not known.
func (s *session) doubt(err error) error {
	s.cfg.Logger.Warn("it is not known whether the build has ended", "build", s.cfg.Build, "error", err)
	return ErrUnsure
}
