using System.Text;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Tests.Support;

namespace Intilery.AspNetCore.Tests.Compose;

/// <summary>What <c>Privacy:Properties</c> lets out, as whole calls.</summary>
public sealed class PersonalPropertiesTests
{
    private static readonly Profile _peter = new()
    {
        FirstName = "Peter", LastName = "Gibbons", Email = "p@example.com", Phone = "410-555-9412", Username = "pgibbons", Title = "Mr",
    };

    [Fact]
    public void All_of_them_go_out_by_default()
    {
        var scope = new Scope();

        var messages = scope.Compose(null, scope.Created("peter") with { Profile = _peter });

        Assert.Equal(
            """{"firstName":"Peter","lastName":"Gibbons","email":"p@example.com","phone":"410-555-9412","username":"pgibbons","title":"Mr"}""", Content(messages[0]));
        Assert.Equal(
            """{"type":"organic","first_name":"Peter","last_name":"Gibbons","email":"p@example.com","phone":"410-555-9412","username":"pgibbons","title":"Mr"}""",
            Content(messages[1]));
    }

    [Fact]
    public void Configured_ones_replace_them_in_what_is_captured()
    {
        var scope = Showing("email", "title");

        var messages = scope.Compose(
            "peter", scope.Created("peter") with { Profile = _peter }, scope.In("peter") with { Profile = _peter }, scope.Out("mary"));

        Assert.Equal(
            [
                """identify {"email":"p@example.com","title":"Mr"}""",
                """Signed Up {"type":"organic","email":"p@example.com","title":"Mr"}""",
                "Signed In {}",
                "Signed Out {}",
            ],
            messages.Select(message => $"{message.EventName} {Content(message)}"));
    }

    [Fact]
    public void And_in_what_the_application_tells()
    {
        var scope = Showing("username");

        var messages = scope.Compose(
            "peter",
            scope.Told(new SignedUp { Email = "p@example.com", Username = "pgibbons" }),
            scope.Told(new InviteSent { InviteeEmail = "m@example.com" }),
            scope.Traits("peter", new Profile { Username = "pgibbons", FirstName = "Peter" }, ("email", 7), ("plan", "gold")));

        Assert.Equal(
            [
                """identify {"username":"pgibbons","plan":"gold"}""",
                """Signed Up {"username":"pgibbons"}""",
                """Invite Sent {"invitee_email":"m@example.com"}""",
            ],
            messages.Select(message => $"{message.EventName} {Content(message)}"));
    }

    [Fact]
    public void None_is_none()
    {
        var scope = Showing("none");

        Assert.Equal(
            ["{}", """{"type":"organic"}""", "{}"],
            scope.Compose(null, scope.Created("peter") with { Profile = _peter }, scope.In("peter") with { Profile = _peter }).Select(Content));
    }

    [Fact]
    public void A_change_of_what_is_not_sent_is_no_news()
    {
        var scope = Showing("email");
        scope.Compose("peter", scope.Changed("peter", _peter));

        Assert.Empty(scope.Compose("peter", scope.Changed("peter", _peter with { Phone = "other" })));
        Assert.Equal(["unchanged"], scope.Reasons);
    }

    private static Scope Showing(params string[] properties) => new(options =>
    {
        foreach (var property in properties)
        {
            options.Privacy.Properties.Add(property);
        }
    });

    private static string Content(Message message)
    {
        var call = new ReceivedCall("", Encoding.UTF8.GetString(MessageWriter.Write(message))).Call;
        return (call["properties"] ?? call["traits"])!.ToJsonString();
    }
}
