using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Scopes;
using Intilery.AspNetCore.Tests.Support;

namespace Intilery.AspNetCore.Tests.Compose;

public sealed class ExclusionFilterTests
{
    private static readonly ScopeContext _impersonated = new() { Id = "scope", Destination = OutboxSample.Here, PersonId = "peter", IsImpersonated = true };

    [Theory]
    [InlineData("example.com")]
    [InlineData("EXAMPLE.COM")]
    public void Whoever_has_an_excluded_domain_has_no_events(string domain)
    {
        var scope = new Scope(options => options.Exclude.EmailDomains.Add(domain));

        Assert.Empty(scope.Events(null, scope.Created("peter"), scope.Joined("peter", "acme"), scope.In("peter")));
        Assert.Equal(["excluded", "excluded", "excluded"], scope.Reasons);
    }

    [Theory]
    [InlineData("ample.com")]
    [InlineData("mail.example.com")]
    [InlineData("example.co")]
    public void A_domain_is_a_whole_domain(string other)
    {
        var scope = new Scope(options => options.Exclude.EmailDomains.Add(other));

        Assert.Equal(["identify peter", "Signed Up peter"], scope.Events(null, scope.Created("peter")));
    }

    [Fact]
    public void An_excluded_id_leaves_out_that_user_alone()
    {
        var scope = new Scope(options => options.Exclude.UserIds.Add("monitor"));

        Assert.Equal(
            ["identify peter", "Signed Up peter"],
            scope.Events("monitor", scope.Created("peter"), scope.Told(new CustomEvent("Report Exported")), scope.Out("monitor")));
        Assert.Equal(["excluded", "excluded"], scope.Reasons);
    }

    [Fact]
    public void What_the_principal_said_of_a_person_holds_for_all_that_they_do()
    {
        var scope = new Scope();
        var staff = new ScopeContext { Id = "scope", Destination = OutboxSample.Here, PersonId = "staff", IsPersonExcluded = true };

        Assert.Equal(
            ["identify peter", "Signed Up peter"],
            scope.EventsIn(staff, scope.Told(new CustomEvent("Report Exported")), scope.Created("peter"), scope.Changed("staff", Scope.Profile("staff"))));
    }

    [Fact]
    public void What_a_sign_in_said_of_its_person_holds_for_the_rest_of_its_scope()
    {
        var scope = new Scope();

        Assert.Empty(scope.Events(null, scope.In("staff") with { IsExcluded = true }, scope.Told(new CustomEvent("Report Exported"))));
        Assert.Equal(["excluded", "excluded"], scope.Reasons);
    }

    [Fact]
    public void What_somebody_does_in_a_users_name_is_no_event()
    {
        var scope = new Scope();

        Assert.Empty(scope.EventsIn(
            _impersonated, scope.Told(new AccountCreated { GroupId = "acme" }), scope.Joined("peter", "acme"), scope.Out("peter")));
        Assert.Equal(["impersonated", "impersonated", "impersonated"], scope.Reasons);
        Assert.Equal(["identify peter"], scope.EventsIn(_impersonated, scope.Changed("peter", Scope.Profile("peter"))));
    }

    [Fact]
    public void Another_user_made_meanwhile_is_real_and_was_invited()
    {
        var scope = new Scope();

        var messages = scope.ComposeIn(_impersonated, scope.Created("mary"));

        Assert.Equal(["identify", "Signed Up"], messages.Select(message => message.EventName));
        Assert.Equal("invited", ((SignedUp)messages[1].Event!).Type);
        Assert.Null(messages[1].Browser);
    }
}
