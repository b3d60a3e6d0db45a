namespace Intilery.AspNetCore.Tests.Flows;

public sealed class RegisteredBeforeTheServices(FlowApps apps) : FlowMatrix(apps, Registration.BeforeTheServices), IClassFixture<FlowApps>;
