using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;

namespace Nullius.Server.SignIn.Pages;

/// <summary>
/// Markup. INVARIANT: made from interpolated strings only: what is written in the source is markup, what stands in a hole is
/// text and encoded, unless it is markup itself. Attributes are always quoted.
/// </summary>
internal readonly struct Html
{
    private readonly string? _text;

    private Html(string text) => _text = text;

    public static Html Empty => default;

    public static Html Of(Builder builder) => new(builder.ToString());

    /// <summary>Each item after the other.</summary>
    public static Html Each<T>(IEnumerable<T> items, Func<T, Html> write) => new(string.Concat(items.Select(item => write(item).ToString())));

    public static Html When(bool condition, Func<Html> write) => condition ? write() : Empty;

    public override string ToString() => _text ?? "";

    /// <summary>Called by the compiler.</summary>
    [InterpolatedStringHandler]
    public readonly ref struct Builder
    {
        private readonly StringBuilder _text;

        public Builder(int literalLength, int formattedCount) => _text = new StringBuilder(literalLength + (formattedCount * 16));

        public void AppendLiteral(string markup) => _text.Append(markup);

        public void AppendFormatted(Html markup) => _text.Append(markup.ToString());

        public void AppendFormatted(string? text) => _text.Append(HtmlEncoder.Default.Encode(text ?? ""));

        public void AppendFormatted(int number) => _text.Append(CultureInfo.InvariantCulture, $"{number}");

        public override string ToString() => _text.ToString();
    }
}
