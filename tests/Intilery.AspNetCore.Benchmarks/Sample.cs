using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Outbox;

namespace Intilery.AspNetCore.Benchmarks;

/// <summary>The event that everything is measured with: seven properties, a browser, about 700 bytes.</summary>
internal static class Sample
{
    private static readonly MessageOrigin _origin = new("Intilery.AspNetCore", "1.0.0", "Benchmarks", "1.0.0");

    private static readonly BrowserContext _browser = new()
    {
        AnonymousId = "5f9b1c1e-8f6a-4a53-9d0e-3c1d3e7a9b11",
        UserAgent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
        Locale = "en-GB",
        PagePath = "/Identity/Account/Register",
    };

    private static readonly SignedUp _signedUp = new()
    {
        Type = "organic",
        FirstName = "Peter",
        LastName = "Gibbons",
        Email = "pgibbons@initech.example",
        Phone = "555 0100",
        Username = "pgibbons",
        Title = "Engineer",
    };

    public static Message Message(string userId) => new()
    {
        Event = _signedUp,
        UserId = userId,
        AnonymousId = _browser.AnonymousId,
        GroupId = "acct_123",
        Browser = _browser,
        Origin = _origin,
        MessageId = MessageIds.Next(),
        Timestamp = DateTimeOffset.UnixEpoch.AddYears(56),
    };

    public static OutboxRow Row(long id, string userId = "42") =>
        new(id, "Signed Up", userId, OutboxRow.AtOnce, MessageWriter.Write(Message(userId)));
}
