using Nullius.Gateway.Config;

namespace Nullius.Server.Configuration;

/// <summary>Collects every error of a file, so that a person mends them in one go.</summary>
internal sealed class ConfigReport(string file)
{
    private const int MostErrors = 200;
    private readonly List<ConfigDiagnostic> errors = [];

    public string File { get; } = file;

    /// <summary>In the order of the lines.</summary>
    public IReadOnlyList<ConfigDiagnostic> Errors => [.. errors.OrderBy(e => e.At.Line)];

    public bool Any => errors.Count > 0;

    public SourcePosition At(int line) => new(File, line);

    public void Error(int line, string code, string message) => Error(At(line), code, message);

    public void Error(SourcePosition at, string code, string message)
    {
        if (errors.Count < MostErrors) errors.Add(new ConfigDiagnostic(at, code, message));
    }

    /// <summary>User input as it may stand in a message: short, one line.</summary>
    public static string Quote(string text)
    {
        var shown = text.Length > 80 ? text[..80] + "…" : text;
        return string.Concat(shown.Select(c => char.IsControl(c) || c == '`' ? '�' : c));
    }
}
