using Intilery.AspNetCore.Capture.Code;
using Intilery.AspNetCore.Events;

namespace Intilery.AspNetCore.Tests.Capture.Code;

public sealed class EventRulesTests
{
    private static readonly DateTimeOffset _date = new(2026, 11, 23, 8, 30, 0, TimeSpan.Zero);

    public static TheoryData<LifecycleEvent, string> Wrong => new()
    {
        { new InviteSent { UserId = "" }, "InviteSent.UserId must not be empty." },
        { new InviteSent { AnonymousId = " " }, "InviteSent.AnonymousId must not be empty." },
        { new AccountCreated { GroupId = "" }, "AccountCreated.GroupId must not be empty." },
        { new AccountCreated { GroupId = "a\nb" }, "AccountCreated.GroupId must not contain control characters, but has U+000A at 1." },
        { new InviteSent { InviteeEmail = "" }, "InviteSent.InviteeEmail must be an e-mail address, but is ''." },
        { new InviteSent { InviteeEmail = "Peter Gibbons" }, "InviteSent.InviteeEmail must be an e-mail address, but is 'Peter Gibbons'." },
        { new InviteSent { InviteeEmail = "a@b, c@d" }, "InviteSent.InviteeEmail must be an e-mail address, but is 'a@b, c@d'." },
        { new SignedUp { Email = "peter@" }, "SignedUp.Email must be an e-mail address, but is 'peter@'." },
        {
            new TrialStarted { TrialStartDate = _date, TrialEndDate = _date.AddDays(-1) },
            "TrialStarted.TrialEndDate (2026-11-22T08:30:00.0000000+00:00) must not be before TrialStartDate (2026-11-23T08:30:00.0000000+00:00)."
        },
        {
            new TrialEnded { TrialStartDate = _date, TrialEndDate = _date.AddDays(-1) },
            "TrialEnded.TrialEndDate (2026-11-22T08:30:00.0000000+00:00) must not be before TrialStartDate (2026-11-23T08:30:00.0000000+00:00)."
        },
        { new CustomEvent("Report Exported") { Properties = new Dictionary<string, object?> { [""] = 1 } }, "CustomEvent.Properties has a name that is empty." },
    };

    public static TheoryData<LifecycleEvent> Right =>
    [
        new InviteSent { InviteeEmail = "peter.o'gibbons+x@sub.example.com" },
        new InviteSent(),
        new SignedUp { Email = "peter@localhost" },
        new TrialStarted { TrialStartDate = _date, TrialEndDate = _date },
        new TrialEnded { TrialEndDate = _date },
    ];

    [Theory]
    [MemberData(nameof(Wrong))]
    public void What_cannot_be_sent_is_refused_by_its_member(LifecycleEvent told, string message) =>
        Assert.StartsWith(message, Assert.ThrowsAny<ArgumentException>(() => EventRules.Check(told)).Message, StringComparison.Ordinal);

    [Theory]
    [MemberData(nameof(Right))]
    public void What_can_be_sent_is_left_alone(LifecycleEvent told) => Assert.Same(told, EventRules.Check(told));

    [Fact]
    public void A_property_that_is_no_JSON_is_refused_by_its_name()
    {
        var told = new CustomEvent("Report Exported") { Properties = new Dictionary<string, object?> { ["bad"] = new MemoryStream() } };

        var exception = Assert.Throws<ArgumentException>(() => EventRules.Check(told));

        Assert.StartsWith("CustomEvent.Properties[\"bad\"] cannot be written as JSON: ", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_event_over_what_the_API_takes_is_refused_with_its_name_and_size()
    {
        // 7,000 times "null" and what separates them.
        var told = new CustomEvent("Report Exported") { UserId = "u", GroupId = "g", Properties = new Dictionary<string, object?> { ["lines"] = new string[7000] } };

        Assert.StartsWith(
            "The event 'Report Exported' is 35192 bytes long; the API accepts 32704 bytes a call.",
            Assert.Throws<ArgumentException>(() => EventRules.Check(told)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_application_does_to_its_objects_afterwards_changes_nothing()
    {
        var list = new List<int> { 1 };
        var told = (CustomEvent)EventRules.Check(new CustomEvent("Report Exported") { Properties = new Dictionary<string, object?> { ["list"] = list } });
        list.Add(2);

        Assert.Equal("[1]", told.Properties["list"]!.ToString());
    }

    [Theory]
    [InlineData("Signed Up", "SignedUp")]
    [InlineData("account created", "AccountCreated")]
    public void A_custom_event_with_a_name_of_the_specification_is_refused_and_told_the_record(string name, string record) => Assert.StartsWith(
        $"'{name}' is an event of the specification: track a {record} instead.",
        Assert.Throws<ArgumentException>(() => new CustomEvent(name)).Message,
        StringComparison.Ordinal);

    [Fact]
    public void A_name_must_be_plain_text()
    {
        Assert.Throws<ArgumentException>(() => new CustomEvent(" "));
        Assert.Throws<ArgumentException>(() => new CustomEvent("Report\nExported"));
        Assert.Throws<ArgumentException>(() => new CustomEvent(new string('x', 257)));
    }
}
