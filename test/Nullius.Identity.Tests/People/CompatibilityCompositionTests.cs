using System.Security.Cryptography;
using System.Text;
using Nullius.Identity.People.Unicode;

namespace Nullius.Identity.Tests.People;

public sealed class CompatibilityCompositionTests
{
    [Theory]
    [InlineData("plain text", "plain text")]
    [InlineData("e\u0301", "\u00e9")]
    [InlineData("\u212b", "\u00c5")]
    [InlineData("\ufb01\u2460\uff21", "fi1A")]
    [InlineData("q\u0307\u0323", "q\u0323\u0307")]
    [InlineData("\u1112\u1161\u11ab", "\ud55c")]
    [InlineData("\u0301a", "\u0301a")]
    [InlineData("a\u0301\u0301", "\u00e1\u0301")]
    [InlineData("\u0958", "\u0915\u093c")]
    public void A_text_is_composed_as_the_standard_says(string text, string expected) => Assert.Equal(expected, CompatibilityComposition.Of(text));

    // The digest is over the same texts as another implementation of the standard (Unicode 14) composes them.
    [Fact]
    public void Every_character_alone_and_beside_marks_and_letters_is_composed_as_another_implementation_does()
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var point = 0; point < 0x110000; point++)
        {
            if (!Rune.IsValid(point)) continue;
            var one = new Rune(point).ToString();
            foreach (var text in (string[])[one, one + "\u0301\u0323", "a\u0302" + one, "\u1100" + one])
                digest.AppendData(Encoding.UTF8.GetBytes(CompatibilityComposition.Of(text) + "\n"));
        }

        Assert.Equal("9ff819e3a0dc4870667b228139aaf2783928604ff83e06d3d73eccebbdc8b75d", Convert.ToHexStringLower(digest.GetHashAndReset()));
    }
}
