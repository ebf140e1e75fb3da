using System.Text;
using Nullius.Cli.Output;
using Nullius.Policy;
using Nullius.Policy.Documents;
using Nullius.Policy.Simulation;

namespace Nullius.Cli.Simulate;

/// <summary>What every case must come to.</summary>
internal enum Expectation
{
    Allow,
    Deny,
}

/// <summary>Reads files of cases, decides each and writes its answer; a malformed one is answered with its error and told on stderr.</summary>
internal sealed class CaseRun
{
    private const int ChunkBytes = 64 * 1024;

    private readonly Terminal _terminal;
    private readonly PolicySimulator _simulator;
    private readonly Expectation? _expectation;
    private readonly AnswerOutput _output;
    private bool _failed;
    private bool _unmet;
    private int _answers;
    private string _file = "";

    internal CaseRun(Terminal terminal, ResultFormat? format, PolicySimulator simulator, Expectation? expectation)
    {
        _terminal = terminal;
        _simulator = simulator;
        _expectation = expectation;
        _output = new AnswerOutput(terminal, format ?? (terminal.OutIsTerminal ? ResultFormat.Table : ResultFormat.Jsonl));
    }

    internal async Task<int> DecideAsync(IReadOnlyList<string> files, CancellationToken cancellation)
    {
        if (files.Count == 0)
        {
            _terminal.Say("no FILE is given, expected files of cases, or `-` for stdin");
            return ExitCode.Usage;
        }
        _output.Begin();
        foreach (var file in files)
            await DecideFileAsync(file, cancellation).ConfigureAwait(false);
        return End();
    }

    /// <summary>Decides cases that somebody else has made.</summary>
    internal int Decide(string source, IEnumerable<string> cases)
    {
        _file = source;
        _output.Begin();
        foreach (var json in cases)
            Answer(new CaseText(Encoding.UTF8.GetBytes(json), 1, null));
        return End();
    }

    private int End()
    {
        _output.End();
        return _failed ? ExitCode.Usage : _unmet ? ExitCode.Unmet : ExitCode.Done;
    }

    private async Task DecideFileAsync(string file, CancellationToken cancellation)
    {
        _file = file == "-" ? "stdin" : file;
        var before = _answers;
        try
        {
            var stream = file == "-" ? Console.OpenStandardInput() : File.OpenRead(file);
            await using (stream.ConfigureAwait(false))
            {
                if (Path.GetExtension(file) is ".yaml" or ".yml")
                    await DecideYamlAsync(stream, cancellation).ConfigureAwait(false);
                else
                    await DecideStreamAsync(stream, cancellation).ConfigureAwait(false);
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            Fail($"{_file}: cannot be read: {fault.Message.ReplaceLineEndings(" ")}");
            return;
        }
        if (_answers == before)
            Fail($"{_file}:1: no case is in it, expected JSON lines or one array of cases");
    }

    // A document of YAML has an end only where the file ends: it is read whole.
    private async Task DecideYamlAsync(Stream stream, CancellationToken cancellation)
    {
        using var whole = new MemoryStream();
        await stream.CopyToAsync(whole, cancellation).ConfigureAwait(false);
        var problems = new List<PolicyDiagnostic>();
        if (PolicyText.TryReadJson(whole.GetBuffer().AsSpan(0, (int)whole.Length), _file, problems, out var json))
        {
            var splitter = new CaseSplitter(Answer);
            splitter.Write(json);
            splitter.Complete();
            return;
        }
        Answer(new CaseText(default, problems[0].Line, new SimulationInputException(problems[0].Code, problems[0].Message, "$")));
    }

    private async Task DecideStreamAsync(Stream stream, CancellationToken cancellation)
    {
        var chunk = new byte[ChunkBytes];
        var read = await stream.ReadAtLeastAsync(chunk, 3, throwOnEndOfStream: false, cancellation).ConfigureAwait(false);
        var decoder = TextDecoding.Of(chunk.AsSpan(0, read));
        var splitter = new CaseSplitter(Answer);
        while (read > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            if (!decoder.TryDecode(chunk.AsSpan(0, read), splitter.Write))
                break;
            _output.Flush();
            read = await stream.ReadAsync(chunk, cancellation).ConfigureAwait(false);
        }
        splitter.Complete();
        if (!decoder.TryComplete())
            Answer(new CaseText(default, 1, new SimulationInputException("bad-encoding", "the file has a UTF-16 byte-order mark but is not valid UTF-16", "$")));
    }

    private void Answer(CaseText text)
    {
        _answers++;
        var answer = text.Fault is null ? _simulator.Decide(text.Json.Span) : PolicySimulator.Refuse(null, text.Fault);
        _output.Write(answer);
        foreach (var error in answer.Errors)
            Fail($"{_file}:{text.Line + Math.Max(0, error.Line - 1)}: {error.Message} (`{error.Path ?? "$"}`)");
        _unmet |= !Meets(answer.Outcome);
    }

    private bool Meets(SimulationOutcome outcome) => _expectation switch
    {
        null => true,
        Expectation.Allow => outcome == SimulationOutcome.Allow,
        Expectation.Deny => outcome == SimulationOutcome.Deny,
        _ => false,
    };

    private void Fail(string message)
    {
        _failed = true;
        _terminal.Say(message);
    }
}
