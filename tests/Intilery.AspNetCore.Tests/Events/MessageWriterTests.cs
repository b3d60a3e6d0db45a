using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Intilery.AspNetCore.Events;

namespace Intilery.AspNetCore.Tests.Events;

public sealed class MessageWriterTests
{
    private static readonly DateTimeOffset _at = new(2026, 11, 23, 9, 30, 0, 5, TimeSpan.FromHours(1));

    // Not inline data: an attribute is stored as UTF-8, which has no unpaired surrogates.
    public static TheoryData<string, string> BrokenValues => new()
    {
        { "a\ud800b", "a\ufffdb" },
        { "a\udc00", "a\ufffd" },
        { "a\ud800", "a\ufffd" },
        { "a\0b\nc\u009f", "a b c " },
    };

    public static TheoryData<string, string> BrokenIds => new()
    {
        { "", "UserId must not be empty." },
        { "  ", "UserId must not be empty." },
        { " 42", "UserId must not begin or end with white space." },
        { "42 ", "UserId must not begin or end with white space." },
        { "42\u00a0", "UserId must not begin or end with white space." },
        { "4\u00012", "UserId must not contain control characters, but has U+0001 at 1." },
        { "4\ud800", "UserId must not contain unpaired surrogates, but has U+D800 at 1." },
    };

    [Fact]
    public void A_whole_track_call_carries_everything_around_the_event() => Writes(
        new Message
        {
            UserId = "42",
            AnonymousId = "anon-1",
            GroupId = "acct_123",
            Event = new SignedIn { Username = "pgibbons" },
            Browser = new BrowserContext
            {
                UserAgent = "Mozilla/5.0",
                Locale = "en-GB",
                Ip = "192.0.2.1",
                PagePath = "/Identity/Account/Login",
                Referrer = "https://www.example.com",
                Campaign = new Campaign { Name = "spring", Source = "news", Medium = "email", Term = "saas", Content = "top" },
            },
            Origin = new MessageOrigin("Intilery.AspNetCore", "1.2.3", "Initech.Web", "4.5"),
            MessageId = "m-1",
            Timestamp = _at,
        },
        """
        {
          "userId": "42",
          "anonymousId": "anon-1",
          "type": "track",
          "event": "Signed In",
          "properties": { "username": "pgibbons" },
          "context": {
            "groupId": "acct_123",
            "ip": "192.0.2.1",
            "userAgent": "Mozilla/5.0",
            "locale": "en-GB",
            "page": { "path": "/Identity/Account/Login", "referrer": "https://www.example.com" },
            "campaign": { "name": "spring", "source": "news", "medium": "email", "term": "saas", "content": "top" },
            "library": { "name": "Intilery.AspNetCore", "version": "1.2.3" },
            "app": { "name": "Initech.Web", "version": "4.5" }
          },
          "messageId": "m-1",
          "timestamp": "2026-11-23T08:30:00.005Z"
        }
        """);

    [Fact]
    public void An_identify_call_carries_traits_by_their_reserved_names() => Writes(
        new Message
        {
            UserId = "42",
            Traits = new Profile
            {
                FirstName = "Peter",
                LastName = "Gibbons",
                Email = "pgibbons@example.com",
                Phone = "410-555-9412",
                Username = "pgibbons",
                Title = "Mr",
            },
        },
        """
        {
          "userId": "42",
          "type": "identify",
          "event": "identify",
          "traits": {
            "firstName": "Peter",
            "lastName": "Gibbons",
            "email": "pgibbons@example.com",
            "phone": "410-555-9412",
            "username": "pgibbons",
            "title": "Mr"
          }
        }
        """);

    [Fact]
    public void What_is_absent_is_absent_and_not_null() => Writes(
        new Message { AnonymousId = "anon-1", Event = new SignedUp { Email = "a@example.com" } },
        """{ "anonymousId": "anon-1", "type": "track", "event": "Signed Up", "properties": { "email": "a@example.com" } }""");

    [Fact]
    public void Text_beyond_ASCII_and_what_JSON_escapes_arrive_as_they_were()
    {
        const string Name = "Zoë \"Ü\" \\ <b> 😀 \u2028";

        Assert.Equal(Name, (string?)Parse(new SignedIn { Username = Name })["properties"]!["username"]);
    }

    [Theory]
    [MemberData(nameof(BrokenValues), DisableDiscoveryEnumeration = true)]
    public void Unpaired_surrogates_and_control_characters_of_a_value_are_replaced(string value, string expected) =>
        Assert.Equal(expected, (string?)Parse(new SignedIn { Username = value })["properties"]!["username"]);

    [Fact]
    public void A_value_over_1024_characters_is_cut_there_and_never_within_a_pair()
    {
        Assert.Equal(new string('x', 1024), (string?)Parse(new SignedIn { Username = new string('x', 2000) })["properties"]!["username"]);
        Assert.Equal(new string('x', 1023), (string?)Parse(new SignedIn { Username = new string('x', 1023) + "😀" })["properties"]!["username"]);
    }

    [Theory]
    [MemberData(nameof(BrokenIds), DisableDiscoveryEnumeration = true)]
    public void An_id_that_cannot_be_one_is_refused_by_name(string id, string expected)
    {
        var refusal = Assert.Throws<ArgumentException>(() => MessageWriter.Write(new Message { UserId = id, Event = new SignedIn() }));

        Assert.StartsWith(expected, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_id_over_450_characters_is_refused_because_a_cut_one_is_somebody_elses()
    {
        var tooLong = new string('x', 451);

        var user = Assert.Throws<ArgumentException>(() => MessageWriter.Write(new Message { UserId = tooLong, Event = new SignedIn() }));
        var group = Assert.Throws<ArgumentException>(
            () => MessageWriter.Write(new Message { UserId = "42", GroupId = tooLong, Event = new SignedIn() }));
        var anonymous = Assert.Throws<ArgumentException>(
            () => MessageWriter.Write(new Message { AnonymousId = tooLong, Event = new SignedIn() }));

        Assert.StartsWith("UserId must not be longer than 450 characters, but has 451.", user.Message, StringComparison.Ordinal);
        Assert.StartsWith("GroupId must not be longer than 450 characters, but has 451.", group.Message, StringComparison.Ordinal);
        Assert.StartsWith("AnonymousId must not be longer than 450 characters, but has 451.", anonymous.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_message_of_nobody_is_refused()
    {
        var refusal = Assert.Throws<ArgumentException>(() => MessageWriter.Write(new Message { Event = new SignedIn() }));

        Assert.StartsWith("The event 'Signed In' needs a UserId or an AnonymousId.", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_call_over_32_KB_is_refused_with_its_name_and_size_and_the_next_one_is_written()
    {
        var wide = new string('\u4e2d', 1024) + "x";
        var emoji = string.Concat(Enumerable.Repeat("😀", 512));
        var large = new SignedUp { Type = wide, FirstName = emoji, LastName = emoji, Email = emoji, Phone = emoji, Username = emoji, Title = emoji };

        var refusal = Assert.Throws<ArgumentException>(() => MessageWriter.Write(new Message { UserId = "42", Event = large }));

        Assert.Matches(@"^The event 'Signed Up' is \d{5} bytes long; the API accepts 32704 bytes a call\.", refusal.Message);
        Assert.Equal("42", (string?)Parse(new SignedIn())["userId"]);
    }

    [Fact]
    public void What_capture_cuts_always_fits_into_a_call()
    {
        var worst = Worst(EventText.MaxCapturedLength);
        var id = Worst(EventText.MaxIdLength);
        var path = Worst(EventText.MaxCapturedPathLength);
        var utm = Worst(EventText.MaxCampaignLength);

        var written = MessageWriter.Write(new Message
        {
            UserId = id,
            AnonymousId = worst,
            GroupId = id,
            Event = new SignedUp { Type = "organic", FirstName = worst, LastName = worst, Email = worst, Phone = worst, Username = worst, Title = worst },
            Browser = new BrowserContext
            {
                UserAgent = path,
                Locale = worst,
                PagePath = path,
                Referrer = worst,
                Campaign = new Campaign { Name = utm, Source = utm, Medium = utm, Term = utm, Content = utm },
            },
            Origin = new MessageOrigin("Intilery.AspNetCore", "1.2.3", "Initech.Web", "4.5"),
            MessageId = MessageIds.Next(),
            Timestamp = _at,
        });

        Assert.InRange(written.Length, 1, MessageWriter.MaxBytes);
    }

    [Theory]
    [InlineData(0, "2026-11-23T08:30:00Z")]
    [InlineData(7, "2026-11-23T08:30:00.007Z")]
    public void A_date_of_a_property_has_milliseconds_only_if_it_has_some(int milliseconds, string expected)
    {
        var date = new DateTimeOffset(2026, 11, 23, 9, 30, 0, milliseconds, TimeSpan.FromHours(1));

        Assert.Equal(expected, (string?)Parse(new TrialStarted { TrialStartDate = date })["properties"]!["trial_start_date"]);
    }

    // The worst that text can become: two characters written as twelve bytes.
    private static string Worst(int length) => string.Concat(Enumerable.Repeat("😀", length / 2));

    private static JsonNode Parse(LifecycleEvent lifecycleEvent) =>
        JsonNode.Parse(MessageWriter.Write(new Message { UserId = "42", Event = lifecycleEvent }))!;

    private static void Writes(Message message, string expected)
    {
        using var document = JsonDocument.Parse(expected);
        Assert.Equal(
            JsonSerializer.Serialize(document.RootElement),
            JsonSerializer.Serialize(JsonDocument.Parse(Encoding.UTF8.GetString(MessageWriter.Write(message))).RootElement));
    }
}
