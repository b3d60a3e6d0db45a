using Intilery.AspNetCore.Events;

namespace Intilery.AspNetCore.Tests.Conventions;

public sealed class VisibilityTests
{
    private static readonly string[] _publicNamespaces =
    [
        Product.Root, $"{Product.Root}.Events", "Microsoft.AspNetCore.Builder", "Microsoft.EntityFrameworkCore",
        "Microsoft.Extensions.DependencyInjection", "Microsoft.Extensions.Hosting",
    ];

    [Fact]
    public void Rooms_are_internal_but_for_the_events_themselves() =>
        Assert.DoesNotContain(Product.Types, type => type.IsVisible && Product.RoomOf(type) is not null && !IsEvent(type));

    [Fact]
    public void Every_event_is_public() => Assert.DoesNotContain(Product.Types, type => IsEvent(type) && !type.IsVisible);

    [Fact]
    public void Every_class_is_sealed_or_static_or_abstract() =>
        Assert.DoesNotContain(Product.Types, type => type is { IsClass: true, IsSealed: false, IsAbstract: false });

    [Fact]
    public void Public_types_live_in_the_package_s_namespaces_or_where_their_users_look_for_them() =>
        Assert.DoesNotContain(Product.Types, type => type.IsVisible && !_publicNamespaces.Contains(type.Namespace));

    private static bool IsEvent(Type type) => typeof(LifecycleEvent).IsAssignableFrom(type);
}
