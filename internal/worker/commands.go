package worker

import (
	"context"
	"fmt"
	"time"
)

// runCommands runs the recipe's commands in order, up to the first that fails.
func (s *session) runCommands(ctx context.Context) error {
	if err := s.setState(ctx, stateBuilding, nil); err != nil {
		return err
	}
	env := s.commandEnvironment().list()
	for i, line := range s.recipe.Commands {
		s.progress.say("[%d/%d] %s", i+1, len(s.recipe.Commands), line)
		if err := s.runCommand(ctx, i+1, line, env); err != nil {
			return err
		}
	}
	return nil
}

// runCommand posts a command, runs it and patches it with what came of it.
func (s *session) runCommand(ctx context.Context, n int, line string, env []string) error {
	id, err := s.api.postCommand(ctx, s.build.ID, line, fmt.Sprintf("b%d-%s-c%d", s.build.ID, s.run, n))
	if err != nil {
		return err
	}
	start := s.now()
	shell := process{argv: []string{"sh", "-c", line}, dir: s.place.checkout, env: env, limit: s.cfg.CommandTimeout}
	ran, err := shell.run(ctx)
	if err != nil {
		return err
	}
	ran.output = s.api.key.redact(ran.output)
	end := s.now()
	s.note(line, ran, end.Sub(start))
	err = s.reportCommand(ctx, id, fields{
		"output": ran.output, "exit_code": ran.code, "start_time": start, "end_time": end})
	switch {
	case ran.cut != nil && ran.cut != errTimeLimit:
		return ran.cut
	case err != nil:
		return err
	}
	return s.verdict(line, ran)
}

func (s *session) note(line string, ran outcome, took time.Duration) {
	s.result.Commands = append(s.result.Commands, CommandResult{Command: line, ExitCode: ran.code, Duration: took})
	s.progress.say("      exit %d after %s", ran.code, seconds(took))
	if ran.code != 0 {
		s.progress.quote(ran.output)
	}
}

// reportCommand patches a command, also one that was stopped because ctx ended.
func (s *session) reportCommand(ctx context.Context, id int64, set fields) error {
	switch {
	case context.Cause(ctx) == ErrRejected:
		return ErrRejected
	case ctx.Err() != nil:
		last, cancel := s.closing(ctx)
		defer cancel()
		ctx = last
	}
	return s.api.patchCommand(ctx, id, set)
}

// verdict is the failure of a command that did not end well.
func (s *session) verdict(line string, ran outcome) error {
	shown := cleanLine(line)
	text := fmt.Sprintf("%s: exit code %d", shown, ran.code)
	switch {
	case ran.cut == errTimeLimit:
		text = fmt.Sprintf("%s: stopped after %s, the time limit of a command", shown, s.cfg.CommandTimeout)
	case ran.code == 0:
		return nil
	}
	return &failure{message: msgCommand, text: text, values: fields{"command": line, "exit_code": ran.code}}
}
