using System.Text;
using System.Text.Json;
using Intilery.AspNetCore.Compose;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Scopes;

namespace Intilery.AspNetCore.Tests.Compose;

/// <summary>An event that the application told waits as an intent, and another process must read it as it was.</summary>
public sealed class EventTrackedJsonTests
{
    private static readonly DateTimeOffset _date = new(2026, 11, 23, 8, 30, 0, 123, TimeSpan.FromHours(2));

    public static TheoryData<LifecycleEvent> Events =>
    [
        new AccountAddedUser { UserId = "u", AnonymousId = "a", GroupId = "g", Timestamp = _date, Role = "Owner" },
        new AccountCreated { GroupId = "g", AccountName = "Initech" },
        new AccountDeleted { GroupId = "g", AccountName = "Initech" },
        new AccountRemovedUser { UserId = "u", GroupId = "g" },
        new InviteSent { InviteeEmail = "p@example.com", InviteeFirstName = "Peter", InviteeLastName = "Gibbons", InviteeRole = "Owner" },
        new SignedIn { UserId = "u", Username = "peter" },
        new SignedOut { UserId = "u", Username = "peter" },
        new SignedUp { Type = "t", FirstName = "f", LastName = "l", Email = "e@example.com", Phone = "1", Username = "n", Title = "Mr" },
        new TrialEnded { TrialStartDate = _date, TrialEndDate = _date, TrialPlanName = "Business" },
        new TrialStarted { TrialStartDate = _date, TrialEndDate = _date, TrialPlanName = "Business" },
    ];

    [Theory]
    [MemberData(nameof(Events))]
    public void Each_event_of_the_specification_comes_back_as_it_was(LifecycleEvent told)
    {
        var fact = Fact(told);

        Assert.Equal(fact, Read(Write(fact)));
    }

    [Fact]
    public void Every_event_of_the_specification_is_tried() =>
        Assert.Equal(EventNames.Specified.Keys.Order(), Events.Select(row => row.Data.Name).Order());

    [Fact]
    public void A_custom_event_comes_back_with_its_properties()
    {
        var properties = FreeProperties.Snapshot(
            new Dictionary<string, object?>
            {
                ["text"] = "naïve \"quote\"",
                ["none"] = null,
                ["number"] = 1.50m,
                ["list"] = new[] { 1, 2 },
                ["nested"] = new { Format = "pdf", When = _date },
            },
            "Properties");
        var fact = Fact(new CustomEvent("Report Exported") { UserId = "u", Properties = properties });

        var written = Write(fact);
        var read = Assert.IsType<EventTracked>(Read(written));

        Assert.Equal(written, Write(read));
        Assert.Equal(
            """{"text":"naïve \"quote\"","none":null,"number":1.50,"list":[1,2],"nested":{"Format":"pdf","When":"2026-11-23T08:30:00.123+02:00"}}""",
            Properties(read.Event));
    }

    [Fact]
    public void An_event_that_this_version_does_not_know_cannot_be_read() =>
        Assert.Throws<JsonException>(() => Read(Write(Fact(new AccountCreated())).Replace("\"Account Created\"", "\"Account Merged\"", StringComparison.Ordinal)));

    [Fact]
    public void Told_traits_come_back_as_they_were()
    {
        var traits = FreeProperties.Snapshot(new Dictionary<string, object?> { ["company"] = new { id = "acct_1" } }, "traits");
        var written = Write(new UserIdentified { Key = "k", UserId = "u", At = _date, Profile = new Profile { Email = "e" }, Traits = traits, TenantId = "t" });

        Assert.Equal(written, Write(Read(written)));
        Assert.Contains("""{"company":{"id":"acct_1"}}""", written, StringComparison.Ordinal);
    }

    private static EventTracked Fact(LifecycleEvent told) => new() { Key = "k", UserId = told.UserId ?? string.Empty, At = _date, Event = told, TenantId = "t" };

    private static string Write(CapturedFact fact) => Encoding.UTF8.GetString(JsonSerializer.SerializeToUtf8Bytes(
        new IntentPayload(new ScopeContext { Id = "s", Destination = "https://tracking.test" }, fact), FactJson.Default.IntentPayload));

    private static CapturedFact Read(string payload) => JsonSerializer.Deserialize(payload, FactJson.Default.IntentPayload)!.Fact;

    private static string Properties(LifecycleEvent told)
    {
        var message = Encoding.UTF8.GetString(MessageWriter.Write(new Message { UserId = "u", Event = told }));
        using var json = JsonDocument.Parse(message);
        return json.RootElement.GetProperty("properties").GetRawText();
    }
}
