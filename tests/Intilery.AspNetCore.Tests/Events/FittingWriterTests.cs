using System.Text.Json.Nodes;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Tests.Support;

namespace Intilery.AspNetCore.Tests.Events;

public sealed class FittingWriterTests
{
    private static readonly Campaign _campaign = new() { Name = new string('c', 1000) };

    [Fact]
    public void What_fits_is_written_whole()
    {
        Assert.True(FittingWriter.TryWrite(Message(10), out var json, out var isWhole));

        Assert.True(isWhole);
        Assert.Equal(MessageWriter.Write(Message(10)), json);
    }

    [Theory]
    [InlineData(30, false, true, 1024)]
    [InlineData(31, false, false, 1024)]
    [InlineData(32, false, false, 256)]
    [InlineData(110, false, false, 256)]
    [InlineData(130, false, false, 64)]
    [InlineData(400, false, false, 64)]
    public void What_does_not_fit_loses_the_browser_then_the_origin_then_its_values_ends(int properties, bool hasBrowser, bool hasOrigin, int length)
    {
        Assert.True(FittingWriter.TryWrite(Message(properties), out var json, out var isWhole));

        Assert.False(isWhole);
        Assert.InRange(json.Length, 1, MessageWriter.MaxBytes);
        var call = JsonNode.Parse(json)!;
        Assert.Equal(hasBrowser, call["context"]!["userAgent"] is not null);
        Assert.Equal(hasOrigin, call["context"]!["library"] is not null);
        Assert.Equal(length, ((string?)call["properties"]!["p0"])!.Length);
        Assert.Equal(properties, call["properties"]!.AsObject().Count);
        Assert.Equal(("u1", "acct_1", "m1"), ((string?)call["userId"], (string?)call["context"]!["groupId"], (string?)call["messageId"]));
    }

    [Fact]
    public void What_never_fits_is_handed_back_whole()
    {
        Assert.False(FittingWriter.TryWrite(Message(500), out var json, out _));

        Assert.True(json.Length > MessageWriter.MaxBytes);
        Assert.NotNull(JsonNode.Parse(json)!["context"]!["userAgent"]);
    }

    private static Message Message(int properties) => new()
    {
        UserId = "u1",
        GroupId = "acct_1",
        Event = new LargeEvent(properties),
        Browser = new BrowserContext { UserAgent = new string('u', 500), Campaign = _campaign },
        Origin = new MessageOrigin(new string('l', 500), "1.2.3", new string('a', 500), "4.5"),
        MessageId = "m1",
        Timestamp = new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero),
    };
}
