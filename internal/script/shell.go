package script

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// shell has the commands that scripts change and show files with. Paths are relative to the script's directory.
var shell = map[string]Command{
	"cat":     reading(cat),
	"ls":      reading(list),
	"cp":      changing(copyFile),
	"mv":      changing(rename),
	"rm":      changing(remove),
	"touch":   changing(touch),
	"replace": changing(replace),
}

// reading makes a command that shows one path.
func reading(show func(path string, stdout io.Writer) error) Command {
	return func(dir string, args []string, stdout, stderr io.Writer) int {
		return end(show(filepath.Join(dir, strings.Join(args, " ")), stdout), stderr)
	}
}

// changing makes a command that changes files of a directory.
func changing(change func(dir string, args []string) error) Command {
	return func(dir string, args []string, _, stderr io.Writer) int { return end(change(dir, args), stderr) }
}

func end(err error, stderr io.Writer) int {
	if err != nil {
		fmt.Fprintln(stderr, err)
		return 1
	}
	return 0
}

func cat(path string, stdout io.Writer) error {
	content, err := os.ReadFile(path)
	if err == nil {
		_, err = stdout.Write(content)
	}
	return err
}

// list prints all files below a directory, sorted.
func list(dir string, stdout io.Writer) error {
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		fmt.Fprintln(stdout, filepath.ToSlash(name))
		return err
	})
}

// copyFile is cp FROM TO.
func copyFile(dir string, args []string) error {
	content, err := os.ReadFile(filepath.Join(dir, args[0]))
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, args[1]), content, 0o644)
	}
	return err
}

// rename is mv FROM TO.
func rename(dir string, args []string) error {
	return os.Rename(filepath.Join(dir, args[0]), filepath.Join(dir, args[1]))
}

// remove is rm PATH, of a file or a whole directory.
func remove(dir string, args []string) error { return os.RemoveAll(filepath.Join(dir, args[0])) }

// touch is touch FILE, and makes an empty file.
func touch(dir string, args []string) error {
	return os.WriteFile(filepath.Join(dir, args[0]), nil, 0o644)
}

// replace is replace FILE OLD NEW. It fails when OLD is not there.
func replace(dir string, args []string) error {
	path := filepath.Join(dir, args[0])
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if !strings.Contains(string(content), args[1]) {
		return fmt.Errorf("replace %s: there is no %s", args[0], args[1])
	}
	return os.WriteFile(path, []byte(strings.ReplaceAll(string(content), args[1], args[2])), 0o644)
}
