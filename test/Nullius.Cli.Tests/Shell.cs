using Nullius.Cli.Output;

namespace Nullius.Cli.Tests;

/// <summary>What a command said and how it ended.</summary>
internal sealed record Said(int Code, string Out, string Error);

/// <summary>Runs the command line in this process, with a terminal that is two texts.</summary>
internal static class Shell
{
    public static Task<Said> RunAsync(params string[] arguments) => RunAsync(terminal => terminal, arguments);

    public static async Task<Said> RunAsync(Func<Terminal, Terminal> terminal, params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await CommandLine.RunAsync(arguments, terminal(new Terminal(output, error)));
        return new Said(code, output.ToString(), error.ToString());
    }

    /// <summary>As where a person looks on.</summary>
    public static Terminal Interactive(Terminal terminal) => terminal with { OutIsTerminal = true, ErrorIsTerminal = true, Width = 200 };
}

/// <summary>A folder that goes away.</summary>
public class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("nullius-cli-").FullName;

    public void Dispose()
    {
        Directory.Delete(Path, recursive: true);
        GC.SuppressFinalize(this);
    }
}
