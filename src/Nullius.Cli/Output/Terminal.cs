namespace Nullius.Cli.Output;

/// <summary>Where results and messages go, and what the terminal can show. Tests give their own.</summary>
internal sealed record Terminal(TextWriter Out, TextWriter Error)
{
    /// <summary>Stdout is a terminal: tables by default.</summary>
    public bool OutIsTerminal { get; init; }

    /// <summary>Stderr is a terminal: progress is shown.</summary>
    public bool ErrorIsTerminal { get; init; }

    /// <summary>What the person types; nothing where there is nobody.</summary>
    public TextReader In { get; init; } = TextReader.Null;

    /// <summary>Somebody is there to ask: stdin and stderr are a terminal.</summary>
    public bool CanAsk { get; init; }

    public bool Color { get; init; }

    public int Width { get; init; } = 120;

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>A variable of the environment; a seam for tests.</summary>
    public Func<string, string?> Variable { get; init; } = _ => null;

    public static Terminal System { get; } = new(Console.Out, Console.Error)
    {
        OutIsTerminal = !Console.IsOutputRedirected,
        ErrorIsTerminal = !Console.IsErrorRedirected,
        In = Console.In,
        CanAsk = !Console.IsInputRedirected && !Console.IsErrorRedirected,
        // https://no-color.org: any non-empty value switches colour off.
        Color = !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")),
        Width = WidthOfConsole(),
        Variable = Environment.GetEnvironmentVariable,
    };

    /// <summary>A message for the person, never a result.</summary>
    public void Say(string message) => Error.WriteLine("nullius: " + message);

    private static int WidthOfConsole()
    {
        try
        {
            return Console.IsOutputRedirected || Console.WindowWidth <= 0 ? 160 : Console.WindowWidth;
        }
        catch (IOException)
        {
            return 160;
        }
    }
}
