<?php
// A licence register as offices had it: server-rendered, ISO-8859-1, a session that ends, a hidden token a form.
declare(strict_types=1);
ini_set('session.save_path', getenv('SESSIONS'));
ini_set('session.use_strict_mode', '1');
ini_set('default_charset', '');
session_name('LICSESS');
session_start();
header('Content-Type: text/html; charset=ISO-8859-1');

const KEPT = [
    'L00001' => ["Se\xE1n \xD3 Br\xEDain", '31/03/2027', ['no music after 23:00', "caf\xE9 only"]],
    'L00002' => ["Zo\xEB & Sons", '', []],
];

function page(string $title, string $body): never
{
    echo "<!doctype html><title>$title</title><h1>$title</h1>$body";
    exit;
}

function token(): string
{
    return $_SESSION['token'] = bin2hex(random_bytes(16));
}

function right_token(): bool
{
    $kept = $_SESSION['token'] ?? '';
    unset($_SESSION['token']);
    return $kept !== '' && hash_equals($kept, $_POST['token'] ?? '');
}

function login(string $why = ''): never
{
    $hidden = '<input type="hidden" name="token" value="' . token() . '">';
    page('Sign in', "$why<form name='login' method='post' action='login'>$hidden"
        . "<input name='user'><input type='password' name='password'><button>Sign in</button></form>");
}

$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
if ($path === '/login') {
    if ($_SERVER['REQUEST_METHOD'] !== 'POST') {
        login();
    }
    if (!right_token() || ($_POST['user'] ?? '') !== 'facade' || ($_POST['password'] ?? '') !== "pa55w\xF6rd") {
        login('<p>Wrong name or password.</p>');
    }
    session_regenerate_id(true);
    $_SESSION['user'] = 'facade';
    page('Main menu', '<a href="search">Search</a>');
}
if (($_SESSION['user'] ?? '') === '') {
    header('Location: /login', true, 302);
    exit;
}
if ($path === '/search' && $_SERVER['REQUEST_METHOD'] === 'GET') {
    page('Search', "<form name='search' method='post' action='search'><input type='hidden' name='token' value='" . token() . "'>"
        . "<input name='licno' maxlength='6'><input type='submit' name='go' value='Find'></form>");
}
if ($path === '/search') {
    if (!right_token()) {
        http_response_code(403);
        page('Forbidden', '<p>This form was sent before, or by somebody else.</p>');
    }
    $number = $_POST['licno'] ?? '';
    if ($number === 'SLOW01') {
        sleep(30);
    }
    if ($number === 'GARBLE') {
        page('Licence', '<p>The layout was renewed at the weekend.</p>');
    }
    if (!isset(KEPT[$number])) {
        page('Search', '<p class="message">No licence found</p>');
    }
    [$holder, $expires, $conditions] = KEPT[$number];
    $items = implode('', array_map(fn ($each) => "<li class='condition'>$each</li>", $conditions));
    $holder = htmlspecialchars($holder, ENT_QUOTES, 'ISO-8859-1');
    $_SESSION['found'] = $number;
    page('Licence', "<table id='result'><tr><td class='holder'>$holder</td><td class='expires'>$expires</td></tr></table>"
        . "<ul>$items</ul><a href='/history'>History of this licence</a>");
}
if ($path === '/history') {
    page('History', '<p id="of">' . ($_SESSION['found'] ?? 'none') . '</p><ol><li>granted</li><li>renewed</li></ol>');
}
http_response_code(404);
page('Not found', '');
