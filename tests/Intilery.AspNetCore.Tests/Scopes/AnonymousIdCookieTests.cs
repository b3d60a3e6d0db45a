using Intilery.AspNetCore.Scopes;

namespace Intilery.AspNetCore.Tests.Scopes;

public sealed class AnonymousIdCookieTests
{
    [Theory]
    [InlineData("3f0c6f0e-6c3f-4a55-8f0e-0d6a4f0b6f5a", "3f0c6f0e-6c3f-4a55-8f0e-0d6a4f0b6f5a")]
    [InlineData("\"3f0c6f0e-6c3f-4a55\"", "3f0c6f0e-6c3f-4a55")]
    [InlineData("\"caf\\u00e9\"", "café")]
    public void An_id_is_read_bare_or_as_a_json_string(string cookie, string expected) =>
        Assert.Equal(expected, AnonymousIdCookie.Parse(cookie));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("null")]
    [InlineData("\"\"")]
    [InlineData("\"null\"")]
    [InlineData("undefined")]
    [InlineData("\"half")]
    [InlineData("\"a\" \"b\"")]
    [InlineData("half\"")]
    [InlineData("\"in\\\"side\"")]
    [InlineData("{\"id\":1}")]
    [InlineData("[1]")]
    [InlineData("line\nbreak")]
    [InlineData("\"line\\nbreak\"")]
    [InlineData("nul\0")]
    [InlineData("\"\\ud800\"")]
    public void What_is_not_plainly_an_id_is_none(string? cookie) => Assert.Null(AnonymousIdCookie.Parse(cookie));

    [Fact]
    public void An_id_has_at_most_256_characters()
    {
        Assert.NotNull(AnonymousIdCookie.Parse(new string('a', 256)));
        Assert.Null(AnonymousIdCookie.Parse(new string('a', 257)));
    }
}
