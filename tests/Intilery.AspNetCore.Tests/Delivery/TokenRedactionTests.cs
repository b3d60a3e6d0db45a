using System.Net;
using System.Text.Encodings.Web;
using System.Text.Json;
using Intilery.AspNetCore.Delivery;

namespace Intilery.AspNetCore.Tests.Delivery;

public sealed class TokenRedactionTests
{
    private const string Token = "s3cret+tok/en&\"01\\2<3>4%41'=";

    public static TheoryData<string> Forms =>
    [
        Token,
        Token.ToUpperInvariant(),
        Uri.EscapeDataString(Token),
        Uri.EscapeDataString(Token).ToLowerInvariant(),
        WebUtility.UrlEncode(Token),
        WebUtility.HtmlEncode(Token),
        HtmlEncoder.Default.Encode(Token),
        JsonEncodedText.Encode(Token).ToString(),
        JavaScriptEncoder.Default.Encode(Token),
        JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(Token),
        string.Concat(Token.Select(letter => $"\\x{(int)letter:x2}")),
        string.Concat(Token.Select(letter => $"&#{(int)letter};")),
        JsonEncodedText.Encode(JsonEncodedText.Encode(Token).ToString()).ToString(),
        Uri.EscapeDataString(JsonEncodedText.Encode(Token).ToString()),
        Uri.EscapeDataString(Uri.EscapeDataString(Token)),
    ];

    [Theory]
    [MemberData(nameof(Forms))]
    public void The_token_is_masked_in_every_form_that_text_takes(string form) =>
        Assert.Equal("the header auth-token: ***, is unknown", TokenRedaction.Redact($"the header auth-token: {form}, is unknown", Token));

    [Theory]
    [InlineData("unknown: s3cret+tok", "unknown: ***")]
    [InlineData("unknown: ...t+tok/en&\"01", "unknown: ...***")]
    [InlineData("s3cret+tok and tok/en&\"01\\2", "*** and ***")]
    [InlineData("unknown: s3cret%2Btok%2F", "unknown: ***")]
    public void A_part_of_it_is_masked_too(string said, string shown) => Assert.Equal(shown, TokenRedaction.Redact(said, Token));

    [Theory]
    [InlineData("")]
    [InlineData("the token is unknown")]
    [InlineData("100 % of \\ and &amp; and \\u00 and %4")]
    public void Any_other_text_stays_as_it_is(string said) => Assert.Equal(said, TokenRedaction.Redact(said, Token));

    [Fact]
    public void A_token_shorter_than_the_shortest_part_is_masked_as_a_whole() =>
        Assert.Equal("a *** is not abcd", TokenRedaction.Redact("a abcde is not abcd", "abcde"));
}
